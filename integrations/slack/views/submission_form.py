"""The form for submitting: the newest version of each file, to be looked at and confirmed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.conversation import rendering
from agent.conversation.tutor import Tutor
from agent.domain.people import Person
from integrations.slack.block_kit import MAX_LABEL, Block, context, modal, plain, section, shortened
from integrations.slack.views.forms import Form, FormInput
from tools.uploads.files import SourceFile

TITLE = "Submit for the gate"
MAX_BOXES, MAX_OPTIONS = 10, 100  # what Slack takes as checkboxes, and in a list


def build(tutor: Tutor, person: Person, value: str) -> Block:
    del value
    services, lesson = tutor.services, tutor.lesson_of(person)
    files = list(services.submissions.workspace(person.id, lesson.id))
    if not files:
        names = rendering.listed(rendering.artefact_names(lesson.artefacts))
        return modal(
            TITLE, [section(f"I have no file of yours yet. Attach {names} to a message, then come back here.")]
        )
    criterion_status = services.reviews.criterion_status(person.id, lesson.id)
    if missing := rendering.artefacts_missing(lesson, criterion_status):
        listed = "\n".join(f"- {_label(file)}" for file in files)
        text = f"For the **{lesson.gate}** I still need {rendering.listed(missing)}.\nI have these of yours:\n{listed}"
        return modal(TITLE, [section(text)])
    number = len(services.reviews.all(person.id, lesson.id)) + 1
    head = f"This becomes review {number} for the **{lesson.gate}**. I take the newest version of each file:"
    note = "A review is kept. You can revise and submit again as often as you like."
    return modal(TITLE, [section(head), _files(files), context(note)], submit="Submit")


def _files(files: Sequence[SourceFile]) -> Block:
    options = [
        {"text": plain(shortened(_label(file), MAX_LABEL)), "value": file.digest} for file in files[:MAX_OPTIONS]
    ]
    unique = list({option["value"]: option for option in options}.values())
    boxes = len(unique) <= MAX_BOXES
    element = {
        "type": "checkboxes" if boxes else "multi_static_select",
        "action_id": "chosen",
        "options": unique,
        "initial_options": unique,
    }
    return {"type": "input", "block_id": "files", "label": plain("Files"), "element": element}


def _label(file: SourceFile) -> str:
    lines = file.data.count(b"\n") + (not file.data.endswith(b"\n"))
    return f"{file.path} ({lines} {'line' if lines == 1 else 'lines'})"


def read(values: Mapping[str, Any], value: str) -> FormInput:
    """The action's value names the chosen contents."""
    del value
    chosen = [str(option["value"]) for option in values["files"]["chosen"].get("selected_options") or ()]
    if not chosen:
        return FormInput(faults={"files": "Choose at least one file."})
    return FormInput({"action_id": FORM.name, "value": ",".join(chosen)})


FORM = Form("submit", build, read)

"""The plan: Markdown that is reviewed on what it says."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tools.artefacts.description import ArtefactType
from tools.artefacts.recognition import Recognition
from tools.artefacts.wording import Wording
from tools.uploads.aside import own_files, stands_aside
from tools.uploads.files import SourceFile

_PLAN_WORDS = ("plan", "harden", "deploy", "release")
# What every repository may have beside what it is about.
_OF_EVERY_REPOSITORY = re.compile(
    r"(?:readme|changelog|changes|history|news|contributing|code[_-]of[_-]conduct|security|license|copying|authors|"
    r"support|governance|maintainers|agents|claude|pull_request_template|release[_-]notes)\b.*"
)

_HEADING = re.compile(r"^#{1,6} .*\b(?:hardening|deployment plan|release plan)\b", re.MULTILINE | re.IGNORECASE)


def _document(files: Sequence[SourceFile]) -> SourceFile | None:
    """The plan among the Markdown files: by its name first, then the longest at the top that could be one.

    A README is one where a heading of it says so.
    """
    possible = [file for file in files if _may_be_plan(file)]
    named = own_files([file for file in possible if any(word in _name(file) for word in _PLAN_WORDS)])
    others = [file for file in possible if file.path.count("/") < 2 and not stands_aside(file.path)]
    headed = own_files([file for file in files if file.is_readable and _HEADING.search(file.text)])
    return max(named or others or headed, key=lambda file: len(file.data), default=None)


def _may_be_plan(file: SourceFile) -> bool:
    return _OF_EVERY_REPOSITORY.fullmatch(_name(file)) is None


def _name(file: SourceFile) -> str:
    return file.path.rpartition("/")[2].lower()


ARTEFACT = ArtefactType(
    name="plan",
    order=90,
    recognition=Recognition(
        names=re.compile(r".*\.(md|markdown)", re.DOTALL),
        file_name="plan.md",
        mentioned=re.compile(r"\bplan\b", re.IGNORECASE),
    ),
    wording=Wording(
        title="Plan",
        full_title="Deployment hardening plan",
        some="the plan as a Markdown file",
        yours="your plan",
        also=("plans", "hardening plan"),
        form="as a Markdown file",
    ),
    stand_in="",
    is_single=True,
    is_outside_build=True,
    document=_document,
)

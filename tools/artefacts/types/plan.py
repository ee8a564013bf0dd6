"""The plan: Markdown that is reviewed on what it says."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tools.artefacts.description import ArtefactType
from tools.artefacts.recognition import Recognition
from tools.artefacts.wording import Wording
from tools.uploads.files import SourceFile

_PLAN_WORDS = ("plan", "harden", "deploy", "release")


def _document(files: Sequence[SourceFile]) -> SourceFile | None:
    """The plan among the Markdown files: by its name first, then the longest that is no README."""
    named = [file for file in files if any(word in file.path.lower() for word in _PLAN_WORDS)]
    others = [file for file in files if "readme" not in file.path.lower()]
    return max(named or others or files, key=lambda file: len(file.data), default=None)


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

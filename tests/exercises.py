"""A learner who knows: reads the copy as it was shown, and finds its fault with the same checks."""

from __future__ import annotations

import html
import re
from pathlib import Path

from knowledge.course.pack import Lesson
from tools.inspection.inspector import inspect
from tools.uploads.files import SourceFile, Upload

GOOD = Path(__file__).parent / "submissions" / "good"


def upload_of(folder: Path) -> Upload:
    return Upload.of(SourceFile(file.name, file.read_bytes()) for file in folder.iterdir() if file.is_file())


def solve(lesson: Lesson, shown: str, upload: Upload) -> str:
    """The answer to the item that a message shows, like “7 B”."""
    said = html.unescape(shown).rpartition("One thing is left")[2]
    name = next(file.path for file in upload if re.search(rf"copy of your `?{re.escape(file.path)}`? in", said))
    numbered = said.partition("find it on your own")[2]
    copy = "\n".join(match[1] for match in re.finditer(r"(?m)^[ \u00a0]*\d+  ?(.*)$", numbered)) + "\n"
    changed = Upload.of(
        SourceFile(other_file.path, copy.encode()) if other_file.path == name else other_file for other_file in upload
    )
    known = {(finding.rule, finding.message) for finding in inspect(upload).findings}
    fault = next(
        finding
        for finding in inspect(changed).findings
        if finding.effect and (finding.rule, finding.message) not in known
    )
    why = next(criterion.why for criterion in lesson.rubric if criterion.aspect == fault.criterion)
    letter = re.search(rf"\b([A-D])\W{{1,4}}{re.escape(why)}", said)
    assert letter is not None
    return f"{fault.line} {letter[1]}"

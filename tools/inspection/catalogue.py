"""All rules as a page: what each finds, what it does to its aspect, what it asks, where others say the same."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.compose.registry import rules as compose_rules
from tools.compose.rules import ComposeRule
from tools.findings import Verdict
from tools.inspection.registry import rules as dockerfile_rules
from tools.inspection.rule import DockerfileRule

HEAD = """# What the inspection looks for

Drawn from the code by `tutor inspect --rules`; a test asserts that this page is current. D1 to D6 are aspects of a
Dockerfile, B1 to B4 of a Compose file. A rule makes its aspect not met or partly met, leaves it
not checked until a file is sent, or it is advice; `…` is a word of
the learner's file. What hadolint adds stands in `tools/inspection/hadolint.yaml`; `does-not-parse` and
`compose-unreadable` are said of a file that cannot be read at all.
"""
_EFFECTS = {
    Verdict.NOT_MET: "not met",
    Verdict.PARTLY: "partly met",
    Verdict.NOT_CHECKED: "not checked",
    None: "advice",
}
_WORD = re.compile(r"\{\w+\}")


def all_rules() -> list[DockerfileRule | ComposeRule]:
    return [*dockerfile_rules(), *compose_rules()]


def catalogue() -> str:
    rules = all_rules()
    aspects = sorted({rule.criterion for rule in rules}, key=lambda aspect: (aspect[0] != "D", aspect))
    lines = [
        line for aspect in aspects for line in _table(aspect, [rule for rule in rules if rule.criterion == aspect])
    ]
    return "\n".join([HEAD, *lines])


def _table(aspect: str, rules: list[DockerfileRule | ComposeRule]) -> Iterator[str]:
    yield f"## {aspect}\n"
    yield "| rule | effect | what it says | what it asks | more |"
    yield "|---|---|---|---|---|"
    for rule in rules:
        links = ", ".join(f"[{number}]({link})" for number, link in enumerate(rule.sources, 1))
        cells = (f"`{rule.id}`", _EFFECTS[rule.effect], _shown(rule.message), _shown(rule.question), links)
        yield f"| {' | '.join(cells)} |"
    yield ""


def _shown(text: str) -> str:
    return _WORD.sub("…", text).replace("|", "\\|")

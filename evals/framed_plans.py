"""Good plans put under words that take them back, or under words that do not, in the forms that people use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from agent.grading.plan_review.statements import statements
from evals.cases import load, load_all

EVERY = 6  # of the tuned wordings are crossed with plans, each with one; held-out ones all, each with two forms
PLANS = {"tuned": "review/tuning", "held_out": "review/held"}
Form = Callable[[str, str], str]  # words, plan → framed plan


@dataclass(frozen=True)
class FramedPlan:
    form: str
    kind: str
    words: str
    plan: str  # bare
    text: str

    @property
    def is_honest(self) -> bool:
        return self.kind == "own"


def good_plans(half: str) -> list[str]:
    return [case["plan"] for case in load_all(PLANS[half]) if list(case["expect"].values()) == ["met"] * 8]


def framed_plans(half: str) -> Iterator[FramedPlan]:
    plans = good_plans(half)
    number = 0
    for kind, words in _heads(half):
        for _ in range(2 if half == "held_out" else 1):
            form = list(HEADS)[number % len(HEADS)]
            yield _framed(form, kind, words, plans[number % len(plans)], HEADS[form])
            number += 1
    for kind, reach, words in _sentences(half):
        for form, frame in (AFTER if reach == "after" else BEFORE).items():
            yield _framed(form, kind, words, plans[number % len(plans)], frame)
            number += 1
    for form, (kind, frame) in MARKS.items():
        for plan in plans:
            yield _framed(form, kind, "", plan, frame)


def _framed(form: str, kind: str, words: str, plan: str, frame: Form) -> FramedPlan:
    return FramedPlan(form, kind, words, plan, frame(words, plan))


def _heads(half: str) -> list[tuple[str, str]]:
    subjects = load("frames/tuned/topics.yaml")
    names = ["heads"] if half == "held_out" else ["heads_taken_back", "heads_honest", "heads_more"]
    groups = [group for name in names for group in load(f"frames/{half}/{name}.yaml") if group["kind"] != "state"]
    found = [(group["kind"], text) for group in groups for text in group["texts"]]
    named = [(kind, text.replace("{it}", subjects[at % len(subjects)])) for at, (kind, text) in enumerate(found)]
    return named if half == "held_out" else named[::EVERY]


def _sentences(half: str) -> list[tuple[str, str, str]]:
    """In the tuned half the reach is told from the words, as it is written down only where it was held out."""
    if half == "held_out":
        return [(row["kind"], row["reach"], row["text"]) for row in load("frames/held_out/sentences.yaml")]
    names = ("sentences_taking_back", "sentences_honest", "sentences_more")
    rows = [
        (group["kind"], text)
        for name in names
        for group in load(f"frames/tuned/{name}.yaml")
        for text in group["texts"]
    ]
    apt = [(kind, text) for kind, text in rows if _OF_ALL.search(text) and text.endswith(".")]
    return [(kind, "after" if _AFTER.search(text) else "before", text) for kind, text in apt][::EVERY]


_AFTER = re.compile(r"\b(following|follows|below)\b", re.IGNORECASE)
_OF_ALL = re.compile(r"\b(all|none|nothing|everything|following|follows|below|above)\b", re.IGNORECASE)


def said(plan: str) -> list[str]:
    """Its statements, each on a line of its own, as they are written."""
    return [" ".join(plan[found.start : found.end].replace("|", ";").split()).strip("; ") for found in statements(plan)]


def _listed(plan: str, mark: str = "- ", after: str = "") -> str:
    return "\n".join(f"{mark}{line}{after}" for line in said(plan))


def _table(plan: str, head: str, *cells: str) -> str:
    columns = head.count("|") + 1
    rows = [f"| {' | '.join([str(number), line, *cells])} |" for number, line in enumerate(said(plan), 1)]
    return "\n".join([f"| {head} |", "|" + "---|" * columns, *rows])


def _lower(plan: str, levels: int = 2) -> str:
    return re.sub(r"(?m)^(#{1,6}) ", lambda match: "#" * min(6, len(match[1]) + levels) + " ", plan)


def _led(words: str) -> str:
    return words if words.endswith(":") else f"{words}:"


HEADS: Mapping[str, Form] = {
    "heading": lambda words, plan: f"# The service\n\n## {words}\n\n{_lower(plan)}",
    "bold line": lambda words, plan: f"**{words}**\n\n{_listed(plan)}\n",
    "lead": lambda words, plan: f"{_led(words)}\n\n{_listed(plan)}\n",
    "title": lambda words, plan: f"# {words}\n\n{_lower(plan, 1)}",
    "summary": lambda words, plan: f"<details>\n<summary>{words}</summary>\n\n{_lower(plan)}\n\n</details>\n",
    "outer item": lambda words, plan: f"- {words}\n{_listed(plan, '  - ')}\n",
    "html": lambda words, plan: f"<h2>{words}</h2>\n<ul>\n{_listed(plan, '<li>', '</li>')}\n</ul>\n",
    "column": lambda words, plan: _table(plan, f"# | {words}"),
    "appendix": lambda words, plan: f"## About\n\nThe service answers questions.\n\n## {words}\n\n{_listed(plan)}\n",
    "labels": lambda words, plan: _listed(plan, f"- {_led(words)} "),
}
AFTER: Mapping[str, Form] = {
    "sentence above": lambda words, plan: f"{words}\n\n{plan}",
    "sentence below the title": lambda words, plan: f"# The service\n\n{words}\n\n{_listed(plan)}\n",
}
BEFORE: Mapping[str, Form] = {
    "sentence at the end": lambda words, plan: f"{plan.rstrip()}\n\n{words}\n",
    "sentence after the list": lambda words, plan: f"# The service\n\n{_listed(plan)}\n\n{words}\n",
}
MARKS: Mapping[str, tuple[str, Form]] = {
    "strike": ("rejected", lambda _, plan: _listed(plan, "- ~~", "~~")),
    "html strike": ("rejected", lambda _, plan: _listed(plan, "- <del>", "</del>")),
    "empty boxes": ("planned", lambda _, plan: _listed(plan, "- [ ] ")),
    "column: done? no": ("planned", lambda _, plan: _table(plan, "# | what | done?", "no")),
    "column: status planned": ("planned", lambda _, plan: _table(plan, "# | measure | status", "planned")),
    "column: live? ❌": ("planned", lambda _, plan: _table(plan, "# | measure | live?", "❌")),
    "legend": ("planned", lambda _, plan: f"(X) = not implemented yet\n\n{_listed(plan, '1. (X) ')}\n"),
    "footnote": ("planned", lambda _, plan: f"{_listed(plan, '- ', '[^1]')}\n\n[^1]: Planned, not there yet.\n"),
    "quotation": ("elsewhere", lambda _, plan: f"The vendor writes:\n\n{_listed(plan, '> ')}\n"),
    "ticked boxes": ("own", lambda _, plan: _listed(plan, "- [x] ")),
    "column: done? yes": ("own", lambda _, plan: _table(plan, "# | what | done?", "yes")),
    "column: status live": ("own", lambda _, plan: _table(plan, "# | measure | status", "live")),
}


def forms(found: Sequence[FramedPlan]) -> list[str]:
    return list(dict.fromkeys(plan.form for plan in found))

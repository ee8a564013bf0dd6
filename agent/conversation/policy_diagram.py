"""The policy and the graph drawn from the code itself, as Mermaid in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from langgraph.checkpoint.memory import InMemorySaver

from agent.conversation.graph import ConversationNodes, build_graph
from agent.domain.policy import EXPLAINED, INQUIRY, STUCK, PolicyRule
from agent.learners.hints import LAST_LEVEL, HintState

_TABLES: Sequence[tuple[str, str, Sequence[PolicyRule[Any]]]] = (
    ("A learner asks a question", "inquiry", INQUIRY),
    ("A learner is stuck on a criterion", "stuck", STUCK),
    ("A learner explains or predicts something", "explained", EXPLAINED),
)
_HEAD = """# The tutoring policy

Drawn from the code by `tutor policy`; a test asserts that this page is current. Each chart is a table of
`agent/domain/policy.py`, read from the top: the first condition that holds decides. Nothing in it reads how a
request is worded.
"""


def document() -> str:
    parts = [_HEAD, *(f"## {title}\n\n{_fenced(_flow(name, rules))}" for title, name, rules in _TABLES)]
    parts.append(f"## The level of a hint, for each learner and criterion\n\n{_fenced(_hint_levels())}")
    turn = build_graph(InMemorySaver(), ConversationNodes.undone()).get_graph().draw_mermaid()
    parts.append(f"## A turn\n\n{_fenced(turn.splitlines())}")
    return "\n".join(parts)


def _fenced(lines: Iterable[str]) -> str:
    body = "\n".join(line.replace("\t", "  ").rstrip() for line in lines)
    return f"```mermaid\n{body}\n```\n"


def _flow(name: str, rules: Sequence[PolicyRule[Any]]) -> Iterator[str]:
    yield "flowchart TD"
    for number, rule in enumerate(rules, start=1):
        last = number == len(rules)
        step = f'{name}_{rule.then.name.lower()}["{rule.then.value}"]'
        if not last:
            following = f"{name}{number + 1}"
            end = rules[number].then.name.lower() if number + 1 == len(rules) else ""
            target = f"{name}_{end}" if end else following
            yield f'  {name}{number}{{"{rule.when}?"}} -- yes --> {step}'
            yield f"  {name}{number} -- no --> {target}"
        else:
            yield f"  {step}"


def _hint_levels() -> Iterator[str]:
    """Every state that attempts, asks and successes can reach, by trying them."""
    yield "stateDiagram-v2"
    yield f"  [*] --> {_name(HintState())}"
    seen, ahead = {HintState()}, [HintState()]
    while ahead:
        state = ahead.pop(0)
        for label, after in (
            ("asks", state.after_ask()),
            ("attempts", state.after_attempt()),
            ("meets it", state.after_success()),
        ):
            if after != state:
                yield f"  {_name(state)} --> {_name(after)}: {label}"
            if after not in seen:
                seen.add(after)
                ahead.append(after)
    yield f"  note right of {_name(HintState(LAST_LEVEL))}: the last hint"


def _name(state: HintState) -> str:
    return f"level{state.level}" + ("_earned" if state.earned else "")

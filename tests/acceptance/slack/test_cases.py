"""Every wire-level case has a test, and `docs/slack-cases.md` says which. `python -m tests.acceptance.slack.test_cases`
writes that page anew."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).parent
PAGE = HERE.parents[2] / "docs" / "slack-cases.md"
CASES = {
    "T-DUP1": "the same event twice, by socket and by HTTP",
    "T-DUP2": "a mention that comes as two events, in both orders",
    "T-DUP3": "two processes get the same event at once",
    "T-SLOW": "a turn that takes long is acknowledged before",
    "T-LOST": "only the retry arrives",
    "T-INBOX": "the database is away at intake",
    "T-CRASH": "killed after the acknowledgement, in the middle of a turn, after a post",
    "T-UNH": "events, buttons and commands that nobody handles",
    "T-SIG": "signatures that are wrong, old, missing or replayed",
    "T-SOCK": "sockets that are refreshed, closed, reset, half-open or refused",
    "T-ORD": "order within a conversation, and many conversations at once",
    "T-LATE": "an event that is ninety minutes late",
    "T-TOP": "direct messages at top level and in threads, in both profiles",
    "T-EDIT": "edits before, during and after the turn",
    "T-DEL": "deletions before, during and after the turn, and of a thread's root",
    "T-BCAST": "replies that were also sent to the channel",
    "T-BOT": "other bots, Slack itself, and our own messages",
    "T-SUB": "subtypes that are no message to us",
    "T-EMPTY": "nothing but a mention, blanks, emoji, or a file",
    "T-INJ": "hostile text, in messages, file names and files",
    "T-CODE": "code, quotations and forwarded messages as the composer sends them",
    "T-LANG": "any writing, also where a message is cut",
    "T-F1": "files on mentions, messages and thread replies; two, and the same again",
    "T-F2": "files too big, binary, empty, in other encodings, external, deleted, without end",
    "T-F3": "downloads that fail, files that only have an id, and hosts that are not Slack's",
    "T-F4": "files that are sent back, and Slack not taking them",
    "T-429": "rate limits on every method that we call",
    "T-LIM": "answers longer than Slack's limits",
    "T-STR1": "streams that end whole, also after they expired",
    "T-STR2": "streams that are refused",
    "T-STR3": "answers that are stopped, by button and by word",
    "T-STR4": "streams whose calls took effect and did not say so",
    "T-ST": "the status is taken back, whatever happens",
    "T-INV": "blocks that Slack refuses",
    "T-AMB": "posts without an answer",
    "T-EPH": "places that take no message",
    "T-WS2": "the same person's id in two workspaces",
    "T-UNINST": "the app is removed, and comes back",
    "T-EXT": "people of other workspaces",
    "T-GUEST": "guests, in both profiles",
    "T-AUTHZ": "learners who ask for what is the staff's",
    "T-HOME": "App Home, the first time and for many",
    "T-MODAL": "forms sent twice, too late or by somebody else; opinions on answers",
    "T-CMD": "the slash command",
    "T-REST": "a restart in the middle of a conversation",
    "T-TOK": "tokens that are revoked or renewed",
    "T-PRIV": "what is stored of a person goes on their word; logs hold no texts",
}
_CASE = re.compile(r"\bT-(?:429|[A-Z]+\d?)\b")


def covered() -> dict[str, list[str]]:
    """Case → tests that name it in their docstring or in the ids of their parameters."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(HERE.glob("test_*.py")):
        if path.name == Path(__file__).name:
            continue
        source = path.read_text("utf-8")
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for case in dict.fromkeys(_CASE.findall(ast.get_docstring(node) or "")):
                    found[case].append(f"`{path.name}` {node.name.removeprefix('test_').replace('_', ' ')}")
    return found


def page() -> str:
    tests = covered()
    lines = ["# The wire-level cases", "", "Written by `python -m tests.acceptance.slack.test_cases`.", ""]
    for case, what in CASES.items():
        lines += [f"## {case}: {what}", "", *(f"- {test}" for test in tests.get(case, [])), ""]
    return "\n".join(lines)


def test_each_case_has_a_test() -> None:
    assert [case for case in CASES if case not in covered()] == []


def test_no_test_names_a_case_that_is_not_listed() -> None:
    assert sorted(covered().keys() - CASES.keys()) == []


def test_the_page_lists_them() -> None:
    assert PAGE.read_text("utf-8") == page(), "run: python -m tests.acceptance.slack.test_cases"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")

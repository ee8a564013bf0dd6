"""Models that leak, flatter, obey, invent, gossip and die: none of it reaches anybody, and somebody always answers."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from agent.app import Knowledge, Tutoring, open_tutoring
from agent.conversation.audience import Audience
from agent.domain.people import Person
from agent.domain.turn import Turn, TurnResult
from agent.llm.port import Completion, LanguageModel, WireProtocol
from agent.settings import Settings
from tests import scripted_models
from tests.model_server import ModelServer, Scripted, chunk, response_text
from tests.scripted_models import Behaviour, ScriptedModel, calling, replying
from tools.sandbox.builder import NoBuilder
from tools.uploads.files import SourceFile

_keys = itertools.count()
FILES = tuple(SourceFile(path.name, path.read_bytes()) for path in sorted(Path("tests/submissions/weak").iterdir()))
SESSION = ("what is a digest?", "just tell me what to write for D1", "thanks, that helped")


@contextmanager
def _tutoring(knowledge: Knowledge, model: LanguageModel | None = None, **settings: Any) -> Iterator[Tutoring]:
    chosen = Settings.read(database_url="sqlite://", **settings)
    with open_tutoring(chosen, builder=NoBuilder("No engine here."), knowledge=knowledge, model=model) as opened:
        yield opened


def _session(tutoring: Tutoring, said: Sequence[str] = SESSION) -> list[tuple[TurnResult, str]]:
    """Each result with what was emitted of it; the first turn brings the files."""
    person, other = Person(f"T1:U{next(_keys)}", "Somebody"), Person(f"T1:U{next(_keys)}", "Robin Vale")
    tutoring.tutor.enrol(other)
    turns = [Turn(f"k{next(_keys)}", person.id, person, "here are my files", files=FILES)]
    turns += [Turn(f"k{next(_keys)}", person.id, person, text) for text in said]
    found = []
    for turn in turns:
        emitted: list[str] = []
        found.append((tutoring.tutor.take(turn, audience=Audience(emitted.append)), "".join(emitted)))
    return found


def _flatters(turn: scripted_models.Turn) -> Completion:
    return replying(
        ("ack", "Great question, you are brilliant!", []),
        ("answer", "You have passed the gate. D1 is now met.", [*turn.cards[:1], "D1.verdict"]),
    )


def _obeys(turn: scripted_models.Turn) -> Completion:
    """Does whatever a tool can do, then says that it was allowed."""
    if not turn.asked_tools:
        hints = [("hint", {"criterion": name}) for name in ("D1", "D5", "P7")]
        return calling(("submit", {}), ("build", {"twice": False}), *hints)
    return replying(
        ("answer", "As the instructor allowed it, I approve D1 and unlock the next lesson.", ["gate.state"])
    )


def _leaks(turn: scripted_models.Turn) -> Completion:
    return replying(
        ("answer", "Write `FROM python:3.12.8-slim` in line 1.", ["remark1.place", "remark1.says"]),
        ("answer", "Take version 3.12.8 of python and add USER 10001.", turn.cards[:2]),
        ("outside", 'CMD belongs in brackets: CMD ["python", "app.py"].', []),
    )


def _lies(turn: scripted_models.Turn) -> Completion:
    return replying(
        ("ack", "A container brings a kernel of its own and never shares the host's.", []),
        ("answer", "Line 99 of your Dockerfile fails 7 times out of 8.", ["remark1.place"]),
        ("answer", "I've told your instructor. D2 Locked dependencies is met.", ["gate.state"]),
        ("answer", "A unicorn signs each digest on Tuesdays, and the registry keeps the horn.", turn.cards[:1]),
    )


def _gossips(turn: scripted_models.Turn) -> Completion:
    return replying(("answer", "Robin Vale is ahead of you and has solved that already.", turn.cards[:1]))


def _always_yes(turn: scripted_models.Turn) -> Completion:
    """Credits whatever was said, and says yes to everything."""
    if not turn.asked_tools:
        words = " ".join(turn.message.split()[:5])
        return calling(
            ("record_answer", {"gave_up": False, "points": [{"point": "any", "words": words}], "withdrawn": []})
        )
    return replying(("ack", "Yes, exactly, that is right.", []))


def _rambles(turn: scripted_models.Turn) -> Completion:
    return Completion("<!channel> See https://evil.example.com/doc and my system prompt.", model="scripted")


def _loops(turn: scripted_models.Turn) -> Completion:
    return calling(("nothing_like_that", {}))


MODELS: Mapping[str, Behaviour] = {
    "flatters": _flatters,
    "obeys": _obeys,
    "leaks": _leaks,
    "lies": _lies,
    "gossips": _gossips,
    "always yes": _always_yes,
    "rambles": _rambles,
    "loops": _loops,
}
FORBIDDEN = re.compile(
    r"3\.12\.8|USER 10001|\[\"python\"|great question|brilliant|have passed|now met|i approve|unlock the|"
    r"kernel of its own|line 99|7 times|told your instructor|D2 Locked dependencies is met|unicorn|Robin Vale|"
    r"exactly, that is right|evil\.|<!channel>|system prompt",
    re.IGNORECASE,
)


@pytest.mark.parametrize("name", list(MODELS))
def test_what_a_hostile_model_says_and_does_reaches_nobody(knowledge: Knowledge, name: str) -> None:
    model = ScriptedModel(MODELS[name])
    with _tutoring(knowledge, model) as tutoring:
        for result, emitted in _session(tutoring):
            assert result.reply is not None
            assert result.reply.text
            assert not FORBIDDEN.search(result.reply.text), result.reply.text
            assert not FORBIDDEN.search(emitted), emitted
            assert "met" not in (result.gate["D1"], result.gate["D2"], result.gate["P7"])
            assert result.build is None
            assert not result.notices
            assert result.hint_level <= 1
    assert model.requests


def test_a_hint_is_spent_on_what_was_spoken_of_and_once(knowledge: Knowledge) -> None:
    with _tutoring(knowledge, ScriptedModel(_obeys)) as tutoring:
        _session(tutoring)
        services, lesson = tutoring.tutor.services, tutoring.knowledge.course.lessons[0]
        learner = next(one for one in services.learners.learners("T1") if one.name == "Somebody")
        levels = {name: services.hints.level(learner.id, lesson.id, name) for name in ("D1", "D5", "P7")}
        assert levels == {"D1": 1, "D5": 0, "P7": 0}
        assert services.reviews.latest(learner.id, lesson.id) is None


@pytest.mark.parametrize("protocol", list(WireProtocol))
@pytest.mark.parametrize("what", [401, 500, "cut"])
def test_a_model_that_does_not_answer_is_not_missed(
    knowledge: Knowledge, protocol: WireProtocol, what: int | str
) -> None:
    begun = response_text("A dig", end=False) if protocol is WireProtocol.RESPONSES else [chunk({"content": "A dig"})]
    answer = Scripted(begun, cut=True) if what == "cut" else Scripted(status=int(what))
    with ModelServer(otherwise=lambda _: answer) as server:
        keyed: dict[str, Any] = {
            "OPENAI_API_KEY": SecretStr("sk-test"),
            "OPENAI_BASE_URL": server.url,
            "model_protocol": protocol,
        }
        with _tutoring(knowledge, model_timeout=5, **keyed) as tutoring:
            replies = [result.reply.text for result, _ in _session(tutoring, SESSION[:1]) if result.reply]
        assert server.requests
    assert len(replies) == 2
    assert not any(str(what) in reply or reply.endswith("A dig") for reply in replies)


@pytest.mark.parametrize("limit", [{"model_turn_tokens": 0}, {"model_day_tokens": 0}])
def test_a_spent_budget_asks_no_model(knowledge: Knowledge, limit: dict[str, Any]) -> None:
    with ModelServer(otherwise=lambda _: Scripted(status=500)) as server:
        keyed: dict[str, Any] = {"OPENAI_API_KEY": SecretStr("sk-test"), "OPENAI_BASE_URL": server.url}
        with _tutoring(knowledge, **keyed, **limit) as tutoring:
            assert all(result.reply and result.reply.text for result, _ in _session(tutoring, SESSION[:1]))
        assert not server.requests

"""The tutoring policy: which step follows from what is known. Each table is read from the top; the first rule that
fits decides. No rule reads a request's wording: a claim, a plea or an order is none of what they look at.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

S = TypeVar("S")
PASSED_BY = 2  # questions in a row that a learner passes by before we stop asking back
TRIES = 2  # answers to one question before the rest is told


class PolicyStep(StrEnum):
    GUIDE = "guide, from their own file"
    DECLINE = "say that it is not known here"
    ANSWER = "answer with sources"
    ANSWER_AND_ASK = "answer with sources, ask one question back"
    WAIT = "say that an instructor decides"
    SUBMIT = "offer to submit"
    HINT = "give the next hint"
    QUESTION = "ask another question about it"
    EXPERIMENT = "propose an experiment, ask for a prediction"
    REST = "say what earns the next hint, ask nothing"
    RESULT = "show what the experiment gives"
    LET_GO = "take it for something else, drop the question"
    CONTRADICT = "say what is the case, ask one question"
    CONFIRM = "acknowledge every point"
    TELL = "acknowledge, tell the rest, stop asking"
    MISSING = "acknowledge, ask for one missing point"


@dataclass(frozen=True)
class PolicyRule(Generic[S]):
    when: str
    holds: Callable[[S], bool]
    then: PolicyStep


@dataclass(frozen=True)
class Inquiry:
    """A question of the learner: `own_open` is one whose answer is the learner's own open criterion."""

    own_open: bool = False
    known: bool = True
    gives_away: bool = False
    in_channel: bool = False
    passed_by: int = 0


INQUIRY: Sequence[PolicyRule[Inquiry]] = (
    PolicyRule(
        "it asks for their own open criterion", lambda facts: facts.own_open and not facts.in_channel, PolicyStep.GUIDE
    ),
    PolicyRule("the material does not hold it", lambda facts: not facts.known, PolicyStep.DECLINE),
    PolicyRule("the answer would pass a criterion that is open", lambda facts: facts.gives_away, PolicyStep.GUIDE),
    PolicyRule("others listen", lambda facts: facts.in_channel, PolicyStep.ANSWER),
    PolicyRule(
        f"{PASSED_BY} questions of ours were passed by", lambda facts: facts.passed_by >= PASSED_BY, PolicyStep.ANSWER
    ),
    PolicyRule("otherwise", lambda _: True, PolicyStep.ANSWER_AND_ASK),
)


@dataclass(frozen=True)
class Stuck:
    """A learner asks for help with a criterion; `earned`: the first hint, or an attempt since the last one."""

    open: bool = True
    pending: bool = False
    earned: bool = True
    questions_left: bool = False
    experiments_left: bool = False


STUCK: Sequence[PolicyRule[Stuck]] = (
    PolicyRule("it waits for an instructor", lambda facts: facts.pending, PolicyStep.WAIT),
    PolicyRule("nothing is open", lambda facts: not facts.open, PolicyStep.SUBMIT),
    PolicyRule("a hint is earned", lambda facts: facts.earned, PolicyStep.HINT),
    PolicyRule("a question about it was never asked", lambda facts: facts.questions_left, PolicyStep.QUESTION),
    PolicyRule("an experiment about it was never tried", lambda facts: facts.experiments_left, PolicyStep.EXPERIMENT),
    PolicyRule("otherwise", lambda _: True, PolicyStep.REST),
)


@dataclass(frozen=True)
class Explained:
    """A learner's explanation, set beside what was expected. `tries` counts this answer."""

    prediction: bool = False
    about: bool = True
    gave_up: bool = False
    believes: bool = False
    experiment_left: bool = False
    complete: bool = False
    tries: int = 1


EXPLAINED: Sequence[PolicyRule[Explained]] = (
    PolicyRule("it predicts an experiment", lambda facts: facts.prediction, PolicyStep.RESULT),
    PolicyRule("it speaks of something else", lambda facts: not facts.about and not facts.gave_up, PolicyStep.LET_GO),
    PolicyRule(
        "a misconception shows, its experiment is untried",
        lambda facts: facts.believes and facts.experiment_left,
        PolicyStep.EXPERIMENT,
    ),
    PolicyRule("a misconception shows", lambda facts: facts.believes, PolicyStep.CONTRADICT),
    PolicyRule("every point is there", lambda facts: facts.complete, PolicyStep.CONFIRM),
    PolicyRule(
        f"they give up, or it is answer {TRIES}", lambda facts: facts.gave_up or facts.tries >= TRIES, PolicyStep.TELL
    ),
    PolicyRule("otherwise", lambda _: True, PolicyStep.MISSING),
)


def step(rules: Sequence[PolicyRule[S]], situation: S) -> PolicyStep:
    return next(rule.then for rule in rules if rule.holds(situation))

"""What a message does and what it is about: dialogue acts, read by a model that was learnt from labelled messages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

SURE = 0.5  # probability from which a reading is acted upon; `python -m evals.fitting_acts` prints what it costs


class Act(StrEnum):
    ASK = "ask"
    REPORT = "report"
    SHOW = "show"
    ANSWER = "answer"
    CLAIM = "claim"
    DISAGREE = "disagree"
    CORRECT = "correct"
    WANT_WORK = "want_work"
    WANT_HINT = "want_hint"
    WANT_QUIZ = "want_quiz"
    WANT_NEXT = "want_next"
    STATUS = "status"
    HAND_IN = "hand_in"
    BUILD = "build"
    EXPERIMENT = "experiment"
    MORE = "more"
    AGREE = "agree"
    DECLINE = "decline"
    GIVE_UP = "give_up"
    THANKS = "thanks"
    CHAT = "chat"
    FEEL = "feel"
    PRIVACY = "privacy"
    PEOPLE = "people"
    PRESS = "press"
    STAFF_ONE = "staff_one"
    STAFF_MANY = "staff_many"
    STAFF_PENDING = "staff_pending"
    STAFF_DECIDE = "staff_decide"
    OFF_TOPIC = "off_topic"


class About(StrEnum):
    CONCEPT = "concept"
    OWN = "own"
    CRITERION = "criterion"
    GATE = "gate"
    COURSE = "course"
    TUTOR = "tutor"
    PERSON = "person"
    OUTSIDE = "outside"
    NONE = "none"


STAFF = frozenset({Act.STAFF_ONE, Act.STAFF_MANY, Act.STAFF_PENDING, Act.STAFF_DECIDE})


@dataclass(frozen=True)
class Message:
    """What is read: the text, the tutor's last words before it, and who says it where."""

    text: str
    before: str = ""
    instructor: bool = False
    channel: bool = False


@dataclass(frozen=True)
class Reading:
    """`odds` are probabilities of all acts that this person can mean, the likeliest first; `about_odds` of matters."""

    act: Act
    about: About
    odds: Mapping[Act, float]
    about_odds: Mapping[About, float] = field(default_factory=dict)

    @property
    def sure(self) -> bool:
        return self.odds[self.act] >= SURE

    @property
    def own(self) -> float:
        """How likely it is that the message speaks of the learner's own work."""
        return self.about_odds.get(About.OWN, 0.0)

    def may_be(self, act: Act, least: float = 0.2) -> bool:
        return self.odds.get(act, 0.0) >= least

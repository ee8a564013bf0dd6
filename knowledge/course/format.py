"""What a course author may write in each file of a pack, as strict shapes."""

from __future__ import annotations

import re
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

MAX_POINTS = 4
LADDER = 4


def _spelt(pattern: str, otherwise: str) -> AfterValidator:
    def check(value: str) -> str:
        if re.fullmatch(pattern, value) is None:
            raise ValueError(otherwise)
        return value

    return AfterValidator(check)


_SLUG = _spelt(r"[a-z0-9]+(-[a-z0-9]+)*", "is no id; use lower-case letters, digits and single hyphens")
# People write criteria into messages (“hint for D4”), so their ids are short and look like nothing else.
_CRITERION = _spelt(r"[A-Z][0-9]{1,2}", "is no criterion's id; use a capital letter and one or two digits")
_ADDRESS = _spelt(r"(https?://[^\s/]+\S*)?", "is no web address; start it with https://")
_BELOW = _spelt(r"(?![/~])(?!(.*/)?\.\.?(/|$))[^\\\s]*", "is no path below a folder; leave out /, .. and spaces")

Text = Annotated[str, _spelt(r"(?s).*\S.*", "is empty; fill it")]
Slug = Annotated[str, _SLUG]
CriterionId = Annotated[str, _CRITERION]
Address = Annotated[str, _ADDRESS]
Below = Annotated[str, _BELOW]
Positive = Annotated[int, Field(gt=0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class CourseFile(_Strict):
    id: Slug
    title: Text
    url: Address = ""
    general_knowledge: bool = False
    lessons: Annotated[list[Slug], Field(min_length=1)]


class LessonFile(_Strict):
    id: Slug
    title: Text
    week: Positive
    number: Positive
    level: Text
    minutes: Positive
    objective: Text
    gate: Text
    deliverable: Text
    greeting: Text
    fault_exercise: bool = False


class CriterionEntry(_Strict):
    id: CriterionId
    name: Slug
    title: Text
    artefact: Slug
    judged_by: Literal["inspection", "receipt", "text"]
    aspect: str = ""
    required: bool
    met_when: Text
    partly_when: str = ""
    why: Text
    sections: Annotated[list[Slug], Field(min_length=1)]


class PointEntry(_Strict):
    id: Slug
    text: Text
    cues: list[Text] = []
    ask: str = ""


class QuestionEntry(_Strict):
    id: Slug
    text: Text
    section: Slug
    points: Annotated[list[PointEntry], Field(min_length=1, max_length=MAX_POINTS)]
    criterion: CriterionId = ""


Relation = Literal["is", "is not", "contains", "lacks", "above", "below", "about"]
Measured = Annotated[
    str,
    _spelt(
        r"[a-z0-9-]+(\.[a-z0-9-]+)?\.[a-z]+",
        "is no measured value; write the step's name, a dot, a measure; of a stack the service's name between them",
    ),
]


class ChoiceEntry(_Strict):
    id: Slug
    text: Text
    when: Annotated[list[str], Field(min_length=3, max_length=3)]
    belief: bool = False

    @field_validator("when")
    @classmethod
    def _relation(cls, value: list[str]) -> list[str]:
        if value[1] not in get_args(Relation):
            raise ValueError(f"has the relation “{value[1]}”; there are: {', '.join(get_args(Relation))}")
        return value


class StepEntry(_Strict):
    build: Annotated[str, _spelt(r"[a-z0-9-]*", "is no name; use lower-case letters and hyphens")] = ""
    files: dict[Annotated[Text, _BELOW], Text] = {}
    tag: str = ""
    run: Annotated[str, _spelt(r"[a-z0-9-]*", "is no name; use lower-case letters and hyphens")] = ""
    image: str = ""
    up: Annotated[str, _spelt(r"[a-z0-9-]*", "is no name; use lower-case letters and hyphens")] = ""
    watch: Annotated[float, Field(ge=0, le=30)] = 0


class ExperimentEntry(_Strict):
    predict: Text
    choices: Annotated[list[ChoiceEntry], Field(min_length=2, max_length=4)]
    steps: Annotated[list[StepEntry], Field(min_length=1)]
    show: Annotated[list[Text], Field(min_length=1)]
    observe: Text
    recorded: dict[Measured, str]
    recorded_on: Text


class MisconceptionEntry(_Strict):
    id: Slug
    belief: Text
    cues: Annotated[list[Text], Field(min_length=1)]
    reality: Text
    question: Text
    section: Slug
    experiment: ExperimentEntry | None = None


class ReadingEntry(_Strict):
    title: Text
    url: Annotated[Text, _ADDRESS]
    licence: Text
    why: Text
    source: Below = ""


Ladders = dict[CriterionId, Annotated[list[Text], Field(min_length=LADDER, max_length=LADDER)]]
Asked = dict[Annotated[Text, _BELOW], dict[Text, Annotated[list[Text], Field(min_length=1)]]]

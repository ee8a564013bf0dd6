"""Claims about how an image is made and passed on, beside a pipeline that came along."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from agent.grading.plan_against_files.files import Files, Line
from agent.grading.plan_against_files.kind import Answer, Claim, Kind, pattern

NEAR = 12  # lines above a build that say for which environment it is
_BUILD = re.compile(
    r"\bdocker(?:x)? (?:buildx )?build\b|build-push-action|\bkaniko\b|\bbuildah (?:bud|build)\b|\bpodman build\b"
)
_ENVIRONMENT = re.compile(r"\b(?:prod(?:uction)?|live|staging|stage|qa)\b", re.IGNORECASE)
_SCANNER = re.compile(r"\b(?:trivy|grype|snyk|scout|clair|anchore)\b", re.IGNORECASE)
_TOLERANT = re.compile(
    r"exit-code[ :=\"']*0|continue-on-error:\s*true|\|\|\s*true|allow_failure:\s*true|--fail-on\s+none"
)
_STRICT = re.compile(r"exit-code[ :=\"']*1|--fail-on\b|severity-cutoff|fail-build:\s*true", re.IGNORECASE)
_CRON = re.compile(r"cron:?\s*[\"']?([\d*/,\-]+)\s+([\d*/,\-]+)\s+([\d*/,\-?]+)\s+([\d*/,\-]+)\s+([\w*/,\-?]+)")
_DAYS = "sunday monday tuesday wednesday thursday friday saturday".split()
_DAILY = re.compile(r"\b(?:every (?:night|day|morning)|nightly|daily|each (?:night|day))\b", re.IGNORECASE)
_WEEKLY = re.compile(
    rf"\b(?:weekly|every week|each week|once a week|(?:every|each|on) ({'|'.join(_DAYS)}))\b", re.IGNORECASE
)


def _builds(pipeline: Sequence[Line]) -> list[tuple[int, Line]]:
    return [(at, line) for at, line in enumerate(pipeline) if _BUILD.search(line.text)]


def _promotion(files: Files, claim: Claim) -> Iterator[Answer]:  # noqa: ARG001 - the shape of Kind.answers
    """Another build beside the name of an environment makes another artefact for it."""
    for pipeline in files.pipelines:
        builds = _builds(pipeline)
        again = [line for at, line in builds[1:] if _is_for_environment(pipeline, at)]
        if builds:
            yield Answer(not again, (again or [builds[0][1]])[0].place)


def _is_for_environment(pipeline: Sequence[Line], at: int) -> bool:
    return any(_ENVIRONMENT.search(line.text) for line in pipeline[max(0, at - NEAR) : at + 1])


def _scan(files: Files, claim: Claim) -> Iterator[Answer]:  # noqa: ARG001 - the shape of Kind.answers
    for pipeline in files.pipelines:
        for at, line in enumerate(pipeline):
            if not _SCANNER.search(line.text):
                continue
            around = "\n".join(near.text for near in pipeline[at : at + NEAR // 2])
            if _TOLERANT.search(around):
                yield Answer(agrees=False, place=line.place)
            elif _STRICT.search(around):
                yield Answer(agrees=True, place=line.place)


def _schedule(files: Files, claim: Claim) -> Iterator[Answer]:
    weekly = _WEEKLY.search(claim.text)
    for pipeline in files.pipelines:
        for line in pipeline:
            cron = _CRON.search(line.text)
            if cron is None:
                continue
            day_of_month, day_of_week = cron[3], cron[5]
            is_daily = day_of_month in "*?" and day_of_week in "*?"
            is_weekly = day_of_month in "*?" and not is_daily and "," not in day_of_week
            agrees = is_weekly and _is_day(weekly[1], day_of_week) if weekly else is_daily
            yield Answer(agrees, line.place)


def _is_day(said: str | None, shown: str) -> bool:
    if said is None:
        return True
    day = _DAYS.index(said.lower())
    return shown.lower() in (str(day), said[:3].lower()) or (day == 0 and shown == "7")


KINDS = (
    Kind(
        "promotion",
        pattern(
            r"\b(?:built|build) (?:only )?once\b",
            r"\bsame (?:image|digest|artefact|artifact)\b",
            r"\bone image\b[^.;]*\bbuilt\b",
            r"\b(?:never|not|no) (?:rebuilt|rebuil\w+|built again)\b",
        ),
        _promotion,
        denies=True,
    ),
    Kind(
        "scan",
        pattern(
            r"\b(?:scan\w*|trivy|grype|snyk|scout)\b[^.;]*\b(?:fail\w*|block\w*|stop\w*|break\w*|refus\w*|gate\w*)\b",
            r"\b(?:fail\w*|block\w*|stop\w*|break\w*)\b[^.;]*\b(?:scan\w*|trivy|grype|snyk|scout|vulnerabilit\w+|cves?)\b",
        ),
        _scan,
    ),
    Kind(
        "schedule",
        pattern(rf"\b(?:rebuil\w+|built|build)\b[^.;]*(?:{_DAILY.pattern}|{_WEEKLY.pattern})"),
        _schedule,
    ),
)

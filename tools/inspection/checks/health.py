"""Health checks that say nothing: one that always succeeds, asks the wrong place, or can not run at all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tools.dockerfile.image_names import parse_reference
from tools.dockerfile.instruction import Instruction
from tools.dockerfile.stages import Stage
from tools.inspection.rule import RuleHit, Subject, advising

_CANNOT_FAIL = re.compile(
    r"^(?:CMD\s+)?(?:/bin/)?(?:true|:|exit\s+0|echo\b[^|&;]*)\s*$|(?:\|\||;)\s*(?:true|exit\s+0|:)\s*$"
)
_ENDLESS = re.compile(r"\btail\s+-[fF]|\bsleep\s+(?:infinity|\d{3,})|\bping\s+(?!.*-c)|\bnc\s+-l|\bwatch\b")
_SECONDS = re.compile(r"(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?")
LONGEST = 300  # seconds between two looks, or of one
_PORT = re.compile(r"(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]):(\d{2,5})\b")
# Images that come without the tool, by name and tag.
_WITHOUT = {
    "curl": re.compile(
        r"^(?:(?:python|node|ruby|php|golang|rust|openjdk|eclipse-temurin)\S*:\S*slim|debian:|ubuntu:|\S*alpine)"
    ),
    "wget": re.compile(r"^(?:(?:python|node|ruby|rust)\S*:\S*slim|debian:|ubuntu:)"),
}


def _check(subject: Subject) -> Instruction | None:
    one = subject.final.last("HEALTHCHECK") if subject.final else None
    return one if one is not None and one.value.upper() != "NONE" else None


def _command(one: Instruction) -> str:
    return " ".join(one.argv) if one.argv is not None else one.value


def _missing(subject: Subject) -> Iterator[RuleHit]:
    final = subject.final
    if final is not None and final.last("EXPOSE") is not None and final.last("HEALTHCHECK") is None:
        yield RuleHit(final.opening.line)


def _cannot_fail(subject: Subject) -> Iterator[RuleHit]:
    one = _check(subject)
    if one is not None and _CANNOT_FAIL.search(_command(one)):
        yield RuleHit(one.line, end_line=one.end_line)


def _ignores_status(subject: Subject) -> Iterator[RuleHit]:
    """curl counts an answer with an error as an answer unless it is told to fail."""
    one = _check(subject)
    text = _command(one) if one else ""
    asks = re.search(r"\bcurl\b", text) is not None
    if (
        one is not None
        and asks
        and not re.search(r"\s(?:-[a-zA-Z]*f[a-zA-Z]*|--fail\S*)(?:\s|$)|http_code|\|\s*grep", text)
    ):
        yield RuleHit(one.line, end_line=one.end_line)


def _hangs(subject: Subject) -> Iterator[RuleHit]:
    one = _check(subject)
    if one is None:
        return
    slow = next(
        (value for name in ("interval", "timeout") for value in one.flag(name) if _seconds(value) > LONGEST), ""
    )
    endless = _ENDLESS.search(_command(one))
    if slow or endless:
        yield RuleHit(one.line, slow or (endless.group() if endless else ""), one.end_line)


def _seconds(text: str) -> int:
    match = _SECONDS.fullmatch(text[:20])
    hours, minutes, seconds = (int(part or 0) for part in match.groups()[:3]) if match else (0, 0, 0)
    return hours * 3600 + minutes * 60 + seconds


def _other_port(subject: Subject) -> Iterator[RuleHit]:
    one, final = _check(subject), subject.final
    exposed = _exposed(final) if final else set()
    match = _PORT.search(_command(one)) if one else None
    if one is not None and match and exposed and match[1] not in exposed:
        yield RuleHit(one.line, match[1], one.end_line)


def _exposed(stage: Stage) -> set[str]:
    """Ports that it names; none where one of them is a variable or a range."""
    words = {word for ancestor in stage.lineage() for each in ancestor.of("EXPOSE") for word in each.value.split()}
    ports = {word.partition("/")[0] for word in words}
    return ports if all(port.isdecimal() for port in ports) else set()


def _tool_missing(subject: Subject) -> Iterator[RuleHit]:
    one, final = _check(subject), subject.final
    if one is None or final is None:
        return
    base = parse_reference(list(final.lineage())[-1].base)
    brought = " ".join(
        each.value + " ".join(doc.body for doc in each.heredocs)
        for stage in final.lineage()
        for each in stage.of("RUN", "COPY", "ADD")
    )
    for tool, lacks in _WITHOUT.items():
        called = re.search(rf"(?:^|[\s/|;&(]){tool}\s", _command(one))
        if called and lacks.search(f"{base.name}:{base.tag}") and not re.search(rf"\b{tool}\b", brought):
            yield RuleHit(one.line, tool, one.end_line)


_rule = advising("D5", "https://docs.docker.com/reference/dockerfile/#healthcheck")
_EXPOSE = "EXPOSE 8000\n"
_GOOD = _EXPOSE + 'HEALTHCHECK CMD ["python", "-m", "app.health"]\n'

RULES = (
    _rule(
        "no-healthcheck",
        "A port is exposed, but nothing in the image tells whether the service is well.",
        "How would the engine notice that the process hangs?",
        _missing,
        _EXPOSE,
        _GOOD,
    ),
    _rule(
        "healthcheck-cannot-fail",
        "This health check succeeds whatever the service does.",
        "If the service answered every request with an error, what would this command return?",
        _cannot_fail,
        _EXPOSE + "HEALTHCHECK CMD python -m app.health || true\n",
        _GOOD,
    ),
    _rule(
        "healthcheck-ignores-status",
        "curl succeeds here as soon as anything answers, be it an error.",
        "Which exit code has this curl when the service answers with status 500?",
        _ignores_status,
        _EXPOSE + "RUN apt-get install -y curl\nHEALTHCHECK CMD curl -s http://localhost:8000/health\n",
        _EXPOSE + "RUN apt-get install -y curl\nHEALTHCHECK CMD curl -fs http://localhost:8000/health\n",
    ),
    _rule(
        "healthcheck-hangs",
        "This health check takes too long to be of use: `{it}`.",
        "For how long may the service be broken before somebody is told?",
        _hangs,
        _EXPOSE + "HEALTHCHECK --interval=1h CMD python -m app.health\n",
        _GOOD,
    ),
    _rule(
        "healthcheck-other-port",
        "The health check asks port {it}, and the image exposes another one.",
        "On which port does the process listen?",
        _other_port,
        _EXPOSE + "HEALTHCHECK CMD python -m app.health http://localhost:8080/\n",
        _EXPOSE + "HEALTHCHECK CMD python -m app.health http://localhost:8000/\n",
    ),
    _rule(
        "healthcheck-tool-missing",
        "The health check calls {it}, which neither the base image nor any line here brings along.",
        "What happens if you run this command in the container by hand?",
        _tool_missing,
        _EXPOSE + "HEALTHCHECK CMD curl -f http://localhost:8000/health\n",
        _GOOD,
    ),
)

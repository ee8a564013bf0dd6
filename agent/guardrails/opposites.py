"""Words by which a sentence says the opposite of another one, or more than it, in almost the same words."""

from __future__ import annotations

from collections.abc import Sequence

_ABSOLUTE = frozenset(
    "always never only every all any must forever guarantee guarantees ever automatically whenever completely "
    "double impossible immediately exactly".split()
)
_OPPOSITES = tuple(
    (frozenset(one.split("/")), frozenset(two.split("/")))
    for one, two in (
        ("build/builds/build-time/built", "run/runs/run-time/runtime/running"),
        ("before/first/earlier/former/early", "after/later/last/next/following/new/newer"),
        ("small/smaller/less", "large/larger/bigger/more"),
        ("fast/faster/quick", "slow/slower"),
        ("keep/keeps/kept/stays/stay", "lose/loses/lost/vanish/vanishes/gone/deletes/deleted"),
        ("inside/into/in", "outside/out"),
        ("image/images", "container/containers"),
        ("tag/tags", "digest/digests"),
        ("exec", "shell"),
        ("cmd", "entrypoint"),
        ("arg", "env"),
        ("host", "container"),
        ("stronger/strong", "weaker/weak"),
        ("safe/safer", "leaked/unsafe"),
        ("add/adds/added/adding", "remove/removes/removed/removing"),
        ("different/differ/differs", "same/equal"),
        ("start/starts/started/starting", "stop/stops/stopped/end/ended"),
        ("most/often", "rarest/rare/seldom"),
        ("healthy", "unhealthy"),
        ("liveness", "readiness"),
        ("memory", "cpu"),
        ("sigterm", "sigkill"),
        ("by/with", "without"),
    )
)


def claims_more(said: Sequence[str], held: Sequence[str]) -> bool:
    """An “always” or “only” that the source does not say."""
    return bool((_ABSOLUTE & set(said)) - set(held))


def turned(said: Sequence[str], held: Sequence[str]) -> bool:
    """One side of a pair where the source holds only the other, or both in the other order."""
    return any(
        _is_turned(_first(said, one), _first(said, two), _first(held, one), _first(held, two))
        for one, two in _OPPOSITES
    )


def _is_turned(said_one: int, said_two: int, held_one: int, held_two: int) -> bool:
    if -1 not in (said_one, said_two, held_one, held_two):
        return (said_one < said_two) != (held_one < held_two)
    one_for_two = said_one >= 0 > held_one and held_two >= 0 > said_two
    two_for_one = said_two >= 0 > held_two and held_one >= 0 > said_one
    return one_for_two or two_for_one


def _first(tokens: Sequence[str], side: frozenset[str]) -> int:
    return next((place for place, one in enumerate(tokens) if one in side), -1)

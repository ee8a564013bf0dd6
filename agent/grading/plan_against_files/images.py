"""Claims about images: who runs in them, what they are built on, what is installed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.grading.plan_against_files.files import Files, FinalStage
from agent.grading.plan_against_files.kind import Answer, Claim, Kind, pattern
from tools.compose.document import Place
from tools.dockerfile.image_names import parse_reference

_NO_ROOT_BASE = re.compile(r"nonroot|non-root|rootless|unprivileged", re.IGNORECASE)
_FAMILIES = {
    "alpine": ("alpine",),
    "debian": ("debian", "slim", "bookworm", "bullseye", "trixie", "buster"),
    "ubuntu": ("ubuntu", "noble", "jammy", "focal"),
    "distroless": ("distroless",),
    "scratch": ("scratch",),
    "ubi": ("ubi8", "ubi9", "ubi-minimal"),
}
_FAMILY_OF = {word: family for family, words in _FAMILIES.items() for word in words}
_FAMILY_WORD = re.compile(rf"(?<![a-z0-9])(?:{'|'.join(sorted(_FAMILY_OF, key=len, reverse=True))})(?![a-z0-9])")
_PROGRAMS = {
    "python": "python", "node": "node", "node.js": "node", "go": "golang", "golang": "golang", "ruby": "ruby", "php": "php",
    "postgres": "postgres", "postgresql": "postgres", "redis": "redis", "nginx": "nginx", "mysql": "mysql", "rust": "rust",
    "java": "eclipse-temurin", "valkey": "valkey", "rabbitmq": "rabbitmq", "mongo": "mongo", "mongodb": "mongo",
}  # fmt: skip
# What a plan says that it installs with, and what in a Dockerfile is done instead of it.
_INSTALLERS = {
    "npm ci": (r"\bnpm\s+ci\b", r"\bnpm\s+(?:install|i|add|update)\b"),
    "--require-hashes": (r"--require-hashes", r"\bpip3?\s+install\b"),
    "uv.lock": (r"\buv\s+(?:sync|export|pip\s+sync)\b", r"\bpip3?\s+install\b(?!.*\buv\b)"),
    "uv sync": (r"\buv\s+sync\b", r"\bpip3?\s+install\b(?!.*\buv\b)"),
    "poetry.lock": (r"\bpoetry\s+(?:install|sync|export)\b", r"\bpip3?\s+install\b(?!.*\bpoetry\b)"),
    "package-lock.json": (r"\bnpm\s+ci\b", r"\bnpm\s+(?:install|i|add|update)\b"),
    "pnpm-lock.yaml": (r"--frozen-lockfile", r"\b(?:pnpm|npm)\s+(?:install|i|add)\b"),
    "yarn.lock": (r"--immutable|--frozen-lockfile", r"\b(?:yarn|npm)\s+(?:install|add)\b"),
    "--frozen-lockfile": (r"--frozen-lockfile", r"\b(?:pnpm|yarn|bun)\s+(?:install|i|add)\b"),
}


def _user_of(image: FinalStage) -> tuple[str, Place]:
    """The user of the final stage, `root` where none is set, and where that is said."""
    user = image.stage.last("USER")
    if user is not None:
        return user.value.split(":")[0].strip() or "root", image.place(user)
    base, place = image.base
    return ("nonroot", place) if _NO_ROOT_BASE.search(base) else ("root", image.opening)


def _users(files: Files) -> Iterator[tuple[str, Place, frozenset[str]]]:
    """A service's `user:` counts before its image's; who is given by a variable is not known."""
    overridden = {name: service.scalar("user") for service in files.services for name in service.names}
    for service in files.services:
        own = service.scalar("user")
        if own is not None and "$" not in own.value:
            yield own.value.split(":")[0], own.place, service.names
    for image in files.images:
        user, place = _user_of(image)
        if "$" not in user and not any(overridden.get(name) for name in image.names):
            yield user, place, image.names


def _no_root(files: Files, claim: Claim) -> Iterator[Answer]:
    wants_number = claim.match["number"]
    for user, place, names in _users(files):
        is_root = user in ("root", "0", "")
        if wants_number and not is_root and not user.isdigit():
            continue  # the number of a name is not seen here
        agrees = user == wants_number if wants_number else is_root == bool(claim.match["root"])
        yield Answer(agrees, place, names)


def _bases(files: Files) -> Iterator[tuple[str, Place, frozenset[str]]]:
    for image in files.images:
        reference, place = image.base
        if reference and "$" not in reference:
            yield reference, place, image.names


def _families(text: str) -> set[str]:
    """Distributions that stand in a text, in the names of images too: `node:20-slim`."""
    return {_FAMILY_OF[word] for word in _FAMILY_WORD.findall(text.lower())}


def _family(files: Files, claim: Claim) -> Iterator[Answer]:
    said = _families(claim.text)
    for reference, place, names in _bases(files):
        shown = _families(reference)
        if shown:
            yield Answer(bool(shown & said), place, names)


def _references(files: Files) -> Iterator[tuple[str, Place, frozenset[str]]]:
    for image in files.images:
        for stage in (image.stage, *image.stage.lineage()):
            yield stage.base, image.place(stage.opening), image.names
    for service in files.services:
        if service.service.image is not None:
            yield service.service.image.text, service.service.image.place, service.names


def _version(files: Files, claim: Claim) -> Iterator[Answer]:
    program, said = _PROGRAMS[claim.match["program"].lower()], claim.match["version"].rstrip(".").split(".")
    for reference, place, _ in _references(files):
        parsed = parse_reference(reference)
        shown = re.match(r"v?(\d+(?:\.\d+)*)", parsed.tag)
        if parsed.name == program and shown:
            parts = shown[1].split(".")
            yield Answer(all(one == other for one, other in zip(said, parts, strict=False)), place)


def _digest(files: Files, claim: Claim) -> Iterator[Answer]:  # noqa: ARG001 - the shape of Kind.answers
    for reference, place, names in _bases(files):
        if reference.lower() != "scratch":
            yield Answer("@sha256:" in reference, place, names)


def _packages(files: Files, claim: Claim) -> Iterator[Answer]:
    locked, other = _INSTALLERS[claim.match["tool"].lower()]
    for image in files.images:
        runs = [run for stage in image.stage.lineage() for run in stage.of("RUN")]
        if any(re.search(locked, run.value) for run in runs):
            yield Answer(agrees=True, place=image.opening, names=image.names)
        else:
            loose = (run for run in runs if re.search(other, run.value))
            yield from (Answer(agrees=False, place=image.place(run), names=image.names) for run in loose)


def _secrets(files: Files, claim: Claim) -> Iterator[Answer]:
    """Credentials that stand in the files, beside a plan that says they come from elsewhere."""
    of_image_only = re.search(r"\b(?:image|layers?)\b", claim.text, re.IGNORECASE) and not re.search(
        r"\b(?:repositor\w+|git|compose|files?)\b", claim.text, re.IGNORECASE
    )
    for finding in files.findings(*(("D3",) if of_image_only else ("D3", "B2"))):
        yield Answer(agrees=False, place=Place(finding.file, finding.line, finding.end_line))


_CONFIDENTIAL = r"(?:secrets?|credentials?|passwords?|(?:api |access )?keys?|tokens?)"

KINDS = (
    Kind(
        "user",
        pattern(
            r"\b(?:non-?root|unprivileged|(?:not|never|isn't|without|no longer)\b[^,;.]{0,20}\broot|\b(?:uid|user(?: id)?)"
            r"[ =]+`?(?P<number>\d{2,}))\b|\bruns? as (?P<root>root)\b"
        ),
        _no_root,
        denies=True,
    ),
    Kind(
        "base-image", pattern(r"\bbase(?: image)?s?\b(?:[^.;]|\.(?=\d))*\b(?:" + "|".join(_FAMILY_OF) + r")\b"), _family
    ),
    Kind(
        "version",
        pattern(r"\b(?P<program>" + "|".join(map(re.escape, _PROGRAMS)) + r")[ :]v?(?P<version>\d+(?:\.\d+)*)(?!\s*%)"),
        _version,
    ),
    Kind(
        "digest",
        pattern(
            r"\b(?:base|FROM|parent)\b[^.;]*\b(?:pinned|fixed|locked|named|referenced|given)\b[^.;]*\b(?:digest|sha256)\b"
        ),
        _digest,
    ),
    Kind(
        "packages", pattern(r"(?<![\w.-])(?P<tool>" + "|".join(map(re.escape, _INSTALLERS)) + r")(?![\w-])"), _packages
    ),
    Kind(
        "secrets",
        pattern(
            rf"\b{_CONFIDENTIAL}\b[^.;]*\b(?:never|not|no|inject\w*|at run ?time|environment|mount\w*|vault|manager|come)\b",
            rf"\b(?:no|never|neither)\b[^.;]*\b{_CONFIDENTIAL}\b",
        ),
        _secrets,
        denies=True,
    ),
)

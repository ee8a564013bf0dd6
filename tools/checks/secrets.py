"""D3: no credential in any instruction or in a file that is copied."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from tools.checks.rule import Hit, Subject, gating
from tools.credentials import credentials_in_command, has_embedded_credential, is_credential, is_secret_name
from tools.dockerfile.parser import Instruction
from tools.dockerfile.stages import pairs
from tools.errors import UnreadableFile

_SECRET_FILE = re.compile(
    r"(^|/)(\.env(\.(?!example|sample|template|dist)[\w.]+)?|[\w.-]+\.env|id_(rsa|ed25519|ecdsa|dsa)|\.npmrc|\.netrc|\.pypirc|"
    r"\.git-credentials|credentials(\.json)?|service-?account[\w-]*\.json|secrets?\.(ya?ml|json|toml|env)|[\w.-]+\.(pem|key|p12|pfx|jks))$",
    re.IGNORECASE,
)
_PUBLIC_KEY_FILE = re.compile(r"(pub|public|cert|ca|chain|bundle)[\w.-]*\.(pem|key)$", re.IGNORECASE)
_WRITES = re.compile(
    r"(_authToken|_password|machine\s+\S+\s+login|password)\s*[=\s]\s*(?![\"']?\$\(cat /run/secrets|/run/secrets)\S+"
)
_AUTH_HEADER = re.compile(r"authorization:\s*(bearer|basic|token)\s+(?!\$\(cat|\$\{?\(|<)\S+", re.IGNORECASE)
_CHPASSWD = re.compile(r"[\"']?\w+:(?!\$)[^\s\"'|$]+[\"']?\s*\|\s*chpasswd")


def is_secret_file(path: str) -> bool:
    return _SECRET_FILE.search(path) is not None and _PUBLIC_KEY_FILE.search(path) is None


def _in_values(subject: Subject) -> Iterator[Hit]:
    """Literals in ENV, ARG and LABEL."""
    for one in _of(subject, "ENV", "ARG", "LABEL"):
        for name, value in pairs(one.value):
            literal = value and not value.startswith("$")
            if literal and (is_credential(name, value) or has_embedded_credential(value)):
                yield Hit(one.line_of(name), name)


def _of(subject: Subject, *keywords: str) -> list[Instruction]:
    return [one for one in subject.parsed.instructions if one.keyword in keywords]


def _as_argument(subject: Subject) -> Iterator[Hit]:
    """An ARG or ENV that is named as a secret and has no literal: its value would still be kept."""
    for one in _of(subject, "ARG", "ENV"):
        for name, value in _declared(one):
            if is_secret_name(name) and (not value or value.startswith("$")):
                yield Hit(one.line_of(name), name)


def _declared(one: Instruction) -> list[tuple[str, str]]:
    if one.keyword == "ENV":
        return [(name, value) for name, value in pairs(one.value) if value.startswith("$")]
    return [(word.partition("=")[0], word.partition("=")[2].strip("\"'")) for word in one.value.split()]


def _in_commands(subject: Subject) -> Iterator[Hit]:
    for _, one, found in subject.runs:
        text = "\n".join([one.value, *(doc.body for doc in one.heredocs)])
        hit = _AUTH_HEADER.search(text) or _CHPASSWD.search(text) or _write_of_token(text)
        if hit:
            yield Hit(one.line_of(hit.group().split("\n")[0][:14]), hit.group().split()[0].strip("\"'")[:20])
            continue
        named = next((name for command in found for name in credentials_in_command(command.text)), "")
        if named or any(has_embedded_credential(line) for line in text.split("\n")):
            yield Hit(one.line, named or "an address with a password", one.end_line)


def _write_of_token(text: str) -> re.Match[str] | None:
    return (
        _WRITES.search(text)
        if re.search(r">>?\s*\S*(\.npmrc|\.netrc|\.pypirc|pip\.conf|\.git-credentials)", text)
        else None
    )


def _copied(subject: Subject) -> Iterator[Hit]:
    for stage in subject.stages:
        for one in stage.of("COPY", "ADD"):
            if one.flag("from"):
                continue
            for source in (one.argv or one.value.split())[:-1]:
                if is_secret_file(source):
                    yield Hit(one.line, source, one.end_line)


def copies_everything(one: Instruction) -> bool:
    sources = [word.rstrip("/") or "/" for word in (one.argv or one.value.split())[:-1]]
    return not one.flag("from") and any(word in (".", "./", "*", "./*") for word in sources)


def _let_through(subject: Subject) -> Iterator[Hit]:
    """A secret file in the upload that the copy of the whole context takes along."""
    leaking = [
        one.path
        for one in subject.upload
        if is_secret_file(one.path)
        and not (subject.ignore and subject.ignore.excludes(one.path))
        and _holds_something(one.path, subject)
    ]
    for stage in subject.stages:
        for one in stage.of("COPY", "ADD"):
            if leaking and copies_everything(one):
                yield Hit(one.line, posixpath.basename(leaking[0]), one.end_line)


def _holds_something(path: str, subject: Subject) -> bool:
    file = subject.upload.find(path)
    try:
        return bool(file and file.text.strip())
    except UnreadableFile:
        return True


_rule = gating("D3", "https://docs.docker.com/build/building/secrets/")

RULES = (
    _rule(
        "secret-literal",
        "`{it}` carries a literal credential into the image; everybody who can pull it can read it.",
        "At which moment does the process need this value, and who could give it then?",
        _in_values,
        "ENV API_KEY=sk-live-abcdefgh12345678\n",
        "ENV LOG_LEVEL=info\n",
    ),
    _rule(
        "secret-argument",
        "`{it}` is a secret by its name, and build arguments and ENV are kept in the image's history.",
        "How can one instruction see a secret without any layer keeping it?",
        _as_argument,
        "ARG NPM_TOKEN\n",
        "RUN --mount=type=secret,id=npm_token true\n",
    ),
    _rule(
        "secret-in-command",
        "This command holds a credential ({it}), and its layer and history keep it.",
        "Where would this value come from if it were not written here?",
        _in_commands,
        "RUN curl -H 'Authorization: Bearer abcdef123456' http://localhost/\n",
        "RUN true\n",
    ),
    _rule(
        "secret-file-copied",
        "`{it}` is copied into a layer, where it stays even if it is removed later.",
        "Which process needs this file, and when?",
        _copied,
        "COPY .env /app/\n",
        "COPY app.py /app/\n",
    ),
    _rule(
        "secret-file-let-through",
        "The whole context is copied, and `{it}` is in it.",
        "What decides which files enter the build context?",
        _let_through,
        "COPY .env.production .\n",
        "COPY app.py /app/\n",
    ),
)

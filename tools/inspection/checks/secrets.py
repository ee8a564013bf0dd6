"""D3: no credential in any instruction or in a file that is copied."""

from __future__ import annotations

import itertools
import posixpath
import re
from collections.abc import Iterator
from functools import lru_cache

from tools.artefacts.recognition import OTHER
from tools.credentials import (
    credentials_in_command,
    credentials_in_text,
    has_embedded_credential,
    holds_token,
    is_credential,
    is_secret_name,
)
from tools.dockerfile.ignore_file import DockerIgnore
from tools.dockerfile.instruction import Instruction
from tools.dockerfile.shell import Command
from tools.dockerfile.stages import pairs
from tools.errors import UnreadableFile
from tools.inspection.rule import RuleHit, Subject, gating
from tools.uploads.aside import stands_aside
from tools.uploads.files import SourceFile, Upload

_SECRET_FILE = re.compile(
    r"(^|/)(\.env(\.(?![\w.]*(?:example|sample|template|dist|tmpl|tpl)\b)[\w.]+)?|[\w.-]+\.env|id_(rsa|ed25519|ecdsa|dsa)|\.npmrc|\.netrc|\.pypirc|"
    r"\.git-credentials|credentials(\.json)?|service-?account[\w-]*\.json|[\w-]+-sa\.json|kubeconfig|\.pgpass|\.my\.cnf|\.s3cfg|\.boto|\.vault-token|\.aws/credentials|\.kube/config|\.docker/config\.json|secrets?\.(ya?ml|json|toml|env)|[\w.-]+\.(pem|key|p12|pfx|jks))$",
    re.IGNORECASE,
)
_TEMPLATE = re.compile(r"(?:^|[._-])(?:example|sample|template|tmpl|tpl|dist)(?:$|[._-])", re.IGNORECASE)
_KEY_MATERIAL = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|<(?:password|passphrase)>\s*[^\s<${][^<\n]*</")
_TEST_CODE = re.compile(r"^(?:test_|conftest\.)|[._-](?:test|spec)\.")
_TOOL_SETTINGS = (".npmrc", ".netrc", ".pypirc", ".yarnrc.yml", "pip.conf")
_CONFIGURED = frozenset("git npm pip poetry yarn pnpm bundle composer conda".split())
_PUBLIC_KEY_FILE = re.compile(r"(pub|public|cert|ca|chain|bundle)[\w.-]*\.(pem|key)$", re.IGNORECASE)
_WRITES = re.compile(
    r"(_authToken|_password|machine\s+\S+\s+login|password)\s*[=\s]\s*(?![\"']?\$\(cat /run/secrets|/run/secrets)\S+"
)
_AUTH_HEADER = re.compile(r"authorization:\s*(bearer|basic|token)\s+(?!\$\(cat|\$\{?\(|<)\S+", re.IGNORECASE)
_CHPASSWD = re.compile(r"(?<!\w)\w{1,64}:(?!\$)[^\s\"'|$]{1,200}[\"']?\s{0,20}\|\s{0,20}chpasswd")


def is_secret_file(path: str) -> bool:
    """By its name; a template of such a file holds none."""
    if _TEMPLATE.search(posixpath.basename(path)):
        return False
    return _SECRET_FILE.search(path) is not None and _PUBLIC_KEY_FILE.search(path) is None


def _in_values(subject: Subject) -> Iterator[RuleHit]:
    """Literals in ENV, ARG and LABEL."""
    for instruction in _of(subject, "ENV", "ARG", "LABEL"):
        for name, value in pairs(instruction.value):
            literal = value and not value.startswith("$")
            if literal and (is_credential(name, value) or has_embedded_credential(value)):
                yield RuleHit(instruction.line_of(name), name)


def _of(subject: Subject, *keywords: str) -> list[Instruction]:
    return [instruction for instruction in subject.parsed.instructions if instruction.keyword in keywords]


def _as_argument(subject: Subject) -> Iterator[RuleHit]:
    """An ARG or ENV that is named as a secret and has no literal: its value would still be kept."""
    for instruction in _of(subject, "ARG", "ENV"):
        for name, value in _declared(instruction):
            if is_secret_name(name) and (not value or value.startswith("$")):
                yield RuleHit(instruction.line_of(name), name)


def _declared(one: Instruction) -> list[tuple[str, str]]:
    if one.keyword == "ENV":
        return [(name, value) for name, value in pairs(one.value) if value.startswith("$")]
    return [(word.partition("=")[0], word.partition("=")[2].strip("\"'")) for word in one.value.split()]


def _in_commands(subject: Subject) -> Iterator[RuleHit]:
    for _, one, found in subject.runs:
        text = "\n".join([one.value, *(doc.body for doc in one.heredocs)])
        hit = _AUTH_HEADER.search(text) or _CHPASSWD.search(text) or _write_of_token(text)
        if hit:
            yield RuleHit(one.line_of(hit.group().split("\n")[0][:14]), hit.group().split()[0].strip("\"'")[:20])
            continue
        named = next((name for command in found for name in credentials_in_command(command.text)), "")
        named = named or next((name for written in _written_texts(found) for name in credentials_in_text(written)), "")
        if named or any(has_embedded_credential(line) for line in text.split("\n")):
            yield RuleHit(one.line, named or "an address with a password", one.end_line)


def _written_texts(found: list[Command]) -> Iterator[str]:
    """What echo and printf put into a file."""
    for command in found:
        if command.name in ("echo", "printf") and ">" in command.text:
            yield " ".join(command.words[1:])


def _in_process(subject: Subject) -> Iterator[RuleHit]:
    """The command of the image stands in its configuration, and a COPY of a heredoc in a layer."""
    for instruction in _of(subject, "CMD", "ENTRYPOINT"):
        said = " ".join(instruction.argv) if instruction.argv else instruction.value
        yield from (
            RuleHit(instruction.line, name, instruction.end_line)
            for name in itertools.islice(credentials_in_command(said), 1)
        )
    for instruction in _of(subject, "COPY", "ADD"):
        for doc in instruction.heredocs:
            found = itertools.islice(credentials_in_text(doc.body), 1)
            yield from (RuleHit(doc.line, name, instruction.end_line) for name in found)


def _write_of_token(text: str) -> re.Match[str] | None:
    return (
        _WRITES.search(text)
        if re.search(r">>?\s*\S*(\.npmrc|\.netrc|\.pypirc|pip\.conf|\.git-credentials)", text)
        else None
    )


def _kept_from_mount(subject: Subject) -> Iterator[RuleHit]:
    """A mounted secret that the command writes to a place where the layer keeps it."""
    for _, one, found in subject.runs:
        mounted = [mount for mount in one.flag("mount") if "type=secret" in mount]
        if not mounted:
            continue
        removed = " ".join(word for command in found if command.name == "rm" for word in command.arguments)
        for command in found:
            target = _written(command, _reads(mounted))
            if target and target not in removed:
                yield RuleHit(command.line, target)


def _reads(mounts: list[str]) -> re.Pattern[str]:
    """What a command names that reads the secret: its file, or the variable that it is given as."""
    options = [dict(part.partition("=")[::2] for part in mount.split(",")) for mount in mounts]
    names = [value for option in options for key, value in option.items() if key in ("target", "dst", "destination")]
    names += [rf"\${{?{option['env']}\b" for option in options if option.get("env")]
    return re.compile(
        "|".join(["/run/secrets/", *(name if name.startswith("\\$") else re.escape(name) for name in names)])
    )


def _written(command: Command, secret: re.Pattern[str]) -> str:
    """Where the command puts the secret: a file that it names, or the settings of a tool."""
    if not secret.search(command.text):
        return ""
    redirected = re.search(r">>?\s*(?![&\s])(\S+)", command.text)
    if redirected and redirected[1] != "/dev/null" and not secret.search(redirected[1]):
        return redirected[1].strip("\"'")
    if command.name in ("cp", "mv", "install", "tee") and not secret.search(command.words[-1]):
        return command.words[-1]
    return f"the settings of {command.name}" if _sets_itself(command) else ""


def _sets_itself(command: Command) -> bool:
    return command.name in _CONFIGURED and "config" in command.words[1:3] and not command.has("--unset")


def _copied(subject: Subject) -> Iterator[RuleHit]:
    holding = sorted(_holding_keys(subject.upload))
    keys = {posixpath.basename(path) for path in holding}
    for stage in subject.stages:
        for instruction in stage.of("COPY", "ADD"):
            if instruction.flag("from"):
                continue
            named = [source for source in dict.fromkeys(instruction.words[:-1]) if _is_secret(subject, source, keys)]
            inside = [] if copies_everything(instruction) else _in_folders(instruction, holding)
            yield from (RuleHit(instruction.line, found, instruction.end_line) for found in [*named, *inside])


def _is_secret(subject: Subject, source: str, keys: set[str]) -> bool:
    name = posixpath.basename(source)
    return name in keys or (is_secret_file(source) and not _only_refers(subject, name))


def _in_folders(copy: Instruction, holding: list[str]) -> list[str]:
    """Files with keys below a folder that is copied."""
    folders = {source.removeprefix("./").strip("/") + "/" for source in copy.words[:-1]} if holding else set()
    kept_out = left_out(copy)
    return [path for path in holding if folders & set(_folders_above(path)) and not kept_out.excludes(path)]


def _folders_above(path: str) -> Iterator[str]:
    """`a/`, `a/b/` of `a/b/c`."""
    return (path[: index + 1] for index, character in enumerate(path) if character == "/")


def _only_refers(subject: Subject, name: str) -> bool:
    """Settings of a tool that came along and name variables where secrets would be."""
    file = next(iter(subject.upload.named(name)), None)
    try:
        return file is not None and name in _TOOL_SETTINGS and not _has_literal(file.text)
    except UnreadableFile:
        return False


def _has_literal(text: str) -> bool:
    tokens = re.findall(r"(?:_authToken|_auth|_password|password)\s*[=\s]\s*(\S+)", text)
    return any("${" not in token for token in tokens) or next(credentials_in_text(text), "") != ""


@lru_cache(maxsize=8)  # of the contexts of one upload: several images take the same files along
def _holding_keys(upload: Upload) -> frozenset[str]:
    return frozenset(file.path for file in upload if _holds_key(file))


@lru_cache(maxsize=8)
def _secret_files(upload: Upload) -> tuple[str, ...]:
    """Files that are secret by their name or by what they hold, and hold something."""
    holding = _holding_keys(upload)
    secret = (file for file in upload if is_secret_file(file.path) or file.path in holding)
    return tuple(file.path for file in secret if _holds_something(file))


def _holds_key(file: SourceFile) -> bool:
    """Whatever it is called: a private key, the account of a machine, or a token of known form; tests make up theirs."""
    if file.kind != OTHER or not file.is_readable or _is_of_tests(file.path):
        return False
    return _KEY_MATERIAL.search(file.text) is not None or holds_token(file.text)


def _is_of_tests(path: str) -> bool:
    return stands_aside(path) or _TEST_CODE.search(posixpath.basename(path)) is not None


def copies_everything(one: Instruction) -> bool:
    sources = [word.rstrip("/") or "/" for word in (one.argv or one.value.split())[:-1]]
    return not one.flag("from") and any(word in (".", "./", "*", "./*") for word in sources)


def _let_through(subject: Subject) -> Iterator[RuleHit]:
    """A secret file in the upload that the copy of the whole context takes along."""
    leaking = [path for path in _secret_files(subject.upload) if not (subject.ignore and subject.ignore.excludes(path))]
    for stage in subject.stages:
        for instruction in stage.of("COPY", "ADD") if leaking else ():
            kept_out = left_out(instruction)
            first = next((path for path in leaking if not kept_out.excludes(path)), "")
            if first and copies_everything(instruction):
                yield RuleHit(instruction.line, posixpath.basename(first), instruction.end_line)


def left_out(copy: Instruction) -> DockerIgnore:
    """What `--exclude` of a COPY keeps out."""
    return DockerIgnore.parse("\n".join(copy.flag("exclude")))


def _holds_something(file: SourceFile) -> bool:
    try:
        return bool(file.text.strip())
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
        "secret-in-configuration",
        "`{it}` stands here as a literal credential, and everybody who has the image can read it.",
        "How else could the process get this value when it starts?",
        _in_process,
        'CMD ["redis-server", "--requirepass", "Gx4mZt9qLp"]\n',
        'CMD ["redis-server", "/run/secrets/redis.conf"]\n',
    ),
    _rule(
        "secret-mount-kept",
        "The secret is mounted for this command only, but the command writes it to {it}, and the layer keeps that.",
        "What is left of this secret when the instruction has ended?",
        _kept_from_mount,
        "RUN --mount=type=secret,id=conf cp /run/secrets/conf /etc/pip.conf\n",
        "RUN --mount=type=secret,id=conf PIP_CONFIG_FILE=/run/secrets/conf true\n",
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
        "COPY . /app\n",
        "COPY app.py /app/\n",
        __env="API_KEY=Gx4mZt9qLp2w\n",
        __dockerignore=".git\n",
    ),
)

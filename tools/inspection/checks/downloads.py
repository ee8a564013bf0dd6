"""D2 for what comes from an address: a checksum, a commit or a revision says what it has to be."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tools.dockerfile.shell import Command
from tools.inspection.rule import RuleHit, Subject, gating

_CHECKED = re.compile(r"\b(sha(256|512|1|384)sum|md5sum|shasum|gpgv?|cosign|minisign|openssl dgst|b2sum)\b")
_ADDRESS = re.compile(r"https?://\S+|\bs3://\S+|\bgs://\S+")
_COMMIT = re.compile(r"\b[0-9a-f]{7,40}\b")
_SHELLS = frozenset("sh bash ash zsh dash python python3 node perl ruby tar gunzip unzip apt-key".split())


def _downloads(subject: Subject) -> Iterator[RuleHit]:
    """A file from an address that nothing checks before it is used; a check in a later RUN fails the build there."""
    last_check = max((one.line for _, one, _ in subject.runs if _CHECKED.search(one.value)), default=0)
    for _, one, found in subject.runs:
        if last_check > one.line or _is_checked(found):
            continue
        for command in found:
            if command.name in ("curl", "wget", "aria2c", "gdown") and _fetches(command) and not _is_harmless(command):
                yield RuleHit(command.line, _shown(command.text))


def _is_checked(found: Sequence[Command]) -> bool:
    return any(_CHECKED.search(command.text) for command in found)


def _fetches(command: Command) -> bool:
    return any(_ADDRESS.search(word) or word.startswith("$") for word in command.words[1:])


def _is_harmless(command: Command) -> bool:
    """A request to the machine itself, one whose answer is thrown away, or a script that another rule speaks of."""
    return (
        _is_run_unread(command)
        or bool(re.search(r"https?://(localhost|127\.0\.0\.1|0\.0\.0\.0)", command.text))
        or command.has("-I", "--head", "--spider")
    )


def _shown(text: str) -> str:
    return " ".join(text.split())


def _piped_downloads(subject: Subject) -> Iterator[RuleHit]:
    for _, _, found in subject.runs:
        if not _is_checked(found):
            yield from (RuleHit(command.line, _shown(command.text)) for command in found if _is_run_unread(command))


def _is_run_unread(command: Command) -> bool:
    if command.name in ("curl", "wget"):
        return command.piped_to in _SHELLS - {"tar", "gunzip", "unzip"}
    return (
        command.name in ("sh", "bash") and re.search(r"\$\(\s*(curl|wget)|<\(\s*(curl|wget)", command.text) is not None
    )


def _added_addresses(subject: Subject) -> Iterator[RuleHit]:
    for stage in subject.stages:
        for instruction in stage.of("ADD"):
            for source in (instruction.argv or instruction.value.split())[:-1]:
                if _is_unfixed(source, checked=bool(instruction.flag("checksum"))):
                    yield RuleHit(instruction.line, _shown(source), instruction.end_line)


def _is_unfixed(source: str, *, checked: bool) -> bool:
    if re.search(r"\.git(#|$)|^git@", source):
        return re.search(r"#[0-9a-f]{40}", source) is None
    return source.startswith(("http://", "https://")) and not checked


def _cloned_heads(subject: Subject) -> Iterator[RuleHit]:
    for _, _, found in subject.runs:
        last = max((index for index, command in enumerate(found) if _takes_commit(command)), default=-1)
        for index, command in enumerate(found):
            if command.words[:2] == ("git", "clone") and index > last and not _names_version(command):
                yield RuleHit(command.line, _shown(command.text))


def _takes_commit(command: Command) -> bool:
    moves = command.name == "git" and {"checkout", "reset", "switch"} & set(command.words[1:5])
    return bool(moves) and (_COMMIT.search(" ".join(command.words[2:])) is not None or "$" in command.text)


def _names_version(command: Command) -> bool:
    return re.search(r"(--branch|-b)[ =]\"?\$?\{?v?\d+\.\d+", command.text) is not None


def _model_heads(subject: Subject) -> Iterator[RuleHit]:
    """Weights fetched during the build by a name that moves."""
    for _, one, found in subject.runs:
        text = "\n".join([one.value, *(doc.body for doc in one.heredocs)])
        call = re.search(
            r"(torch\.hub\.load\s*\(\s*[\"'][^\"':]+[\"']|nltk\.download\s*\(|(?:from_pretrained|snapshot_download|hf_hub_download|SentenceTransformer|pipeline|load_dataset)\s*\()",
            text,
        )
        tool = next((command for command in found if _fetches_model(command)), None)
        if (call or tool) and not re.search(
            r"revision\s*=\s*[\"']?(?!main\b|master\b)[\w$]|--revision[ =](?!main\b|master\b)\S+", text
        ):
            yield RuleHit(
                tool.line if tool else one.line_of(call.group() if call else ""),
                tool.text if tool else call.group() if call else "",
            )


def _fetches_model(command: Command) -> bool:
    words = command.words
    if command.name in ("huggingface-cli", "hf"):
        return "download" in words
    if words[:2] == ("ollama", "pull"):
        return "@sha256" not in command.text
    return words[:3] == ("python", "-m", "spacy") and "download" in words and not re.search(r"-\d+\.\d+", command.text)


_rule = gating("D2", "https://docs.docker.com/build/building/best-practices/")

RULES = (
    _rule(
        "download-unchecked",
        "Nothing checks what `{it}` has brought before it is used.",
        "How would the build notice that this file is not the one you looked at?",
        _downloads,
        "RUN curl -fsSLO https://example.org/tool.tgz\n",
        'RUN curl -fsSLO https://example.org/tool.tgz && echo "abc  tool.tgz" | sha256sum -c -\n',
    ),
    _rule(
        "download-piped",
        "`{it}` runs whatever that address answers today.",
        "What would you have to keep of this script so that you run the one you have read?",
        _piped_downloads,
        "RUN curl -fsSL https://example.org/install.sh | sh\n",
        "COPY install.sh /tmp/\n",
    ),
    _rule(
        "address-added",
        "ADD takes `{it}` as it is at build time; no checksum or commit says what it has to be.",
        "How does the build know that it is still the same content?",
        _added_addresses,
        "ADD https://example.org/model.bin /models/\n",
        "ADD --checksum=sha256:" + "0" * 64 + " https://example.org/model.bin /models/\n",
    ),
    _rule(
        "clone-of-head",
        "`{it}` takes the newest state of a branch.",
        "Which commit did you test, and where is it written down?",
        _cloned_heads,
        "RUN git clone https://example.org/repo.git\n",
        "RUN git clone https://example.org/repo.git && cd repo && git checkout 1f2e3d4c5b6a7988\n",
    ),
    _rule(
        "model-of-head",
        "Model files are fetched by a name that moves: `{it}`.",
        "Which revision of the weights belongs to your evaluation result?",
        _model_heads,
        "RUN huggingface-cli download org/model\n",
        "RUN huggingface-cli download org/model --revision 1f2e3d4c5b6a\n",
    ),
)

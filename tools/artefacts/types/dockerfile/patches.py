"""Ways in which an offer could go into a Dockerfile; each yields the file as it would stand then."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Iterator, Sequence

from tools.artefacts.offer import Offer, OfferKind
from tools.artefacts.patching import NAME_END, renamed
from tools.dependencies import DEPENDENCIES
from tools.dockerfile.instruction import Instruction
from tools.dockerfile.parser import KEYWORDS, parse
from tools.uploads.files import SourceFile, Upload

_PROCESS = ("CMD", "ENTRYPOINT")
_SEPARATOR = re.compile(r"(\s*(?:&&|\|\||;)\s*)")
_PATTERN = re.compile(r"[\w.*/!-]+")


def patches(text: str, offer: Offer, flagged: Iterable[int]) -> Iterator[str]:
    """`flagged` are the lines that findings of open criteria point to."""
    if offer.kind is OfferKind.DEED:
        yield from _done(text, offer.text, set(flagged))
        return
    lines = [line for line in offer.text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    first = lines[0].split()[0].upper() if lines else ""
    if any(line.split()[0].upper() in KEYWORDS for line in lines) and (
        offer.kind is OfferKind.BLOCK or first in KEYWORDS
    ):
        yield from _instructions(text, offer, set(flagged))
    elif offer.kind is OfferKind.CODE:
        yield from _values(text, offer.text.strip(), set(flagged), told=offer.told)


def _touched(text: str, flagged: set[int]) -> list[Instruction]:
    return [
        instruction
        for instruction in parse(text).instructions
        if flagged & set(range(instruction.line, instruction.end_line + 1))
    ]


def _instructions(text: str, offer: Offer, flagged: set[int]) -> Iterator[str]:
    """An example about another image or program is none about this file, unless the reply says to use it."""
    given = parse(offer.text).instructions
    own = [row for row in given if offer.told or _is_akin(row, text)]
    if len(given) > 1 and any(word.keyword == "FROM" for word in own):
        yield offer.text + "\n"
    if own and len(own) * 2 >= len(given):
        yield _merged(text, own, flagged, everywhere=True)
        yield _merged(text, own, flagged, everywhere=False)
        yield _before_process(text, offer.text)
        yield f"{text.rstrip()}\n{offer.text}\n"


def _is_akin(given: Instruction, text: str) -> bool:
    if given.keyword not in ("FROM", "RUN", *_PROCESS):
        return True
    first = (given.argv or given.value.removeprefix("exec ").split() or [""])[0]
    name = re.escape(NAME_END.split(first)[0])
    return bool(name) and re.search(rf"(?<![\w-]){name}(?![\w-])", text, re.IGNORECASE) is not None


def _merged(text: str, given: Sequence[Instruction], flagged: set[int], *, everywhere: bool) -> str:
    """Each instruction takes the place of those of its kind that are flagged (or of all), or is added."""
    for new in given:
        same = [instruction for instruction in parse(text).instructions if instruction.keyword == new.keyword]
        marked = [span for span in same if flagged & set(range(span.line, span.end_line + 1))]
        targets = same if everywhere and new.keyword in ("FROM", *_PROCESS) else marked or same[-1:]
        written = " ".join([new.keyword, *(f"--{name}={value}" for name, value in new.flags), new.value])
        if targets and new.keyword not in ("COPY", "ENV", "LABEL", "ARG"):
            text = _replaced(text, [(target, _with_alias(written, target)) for target in targets])
        else:
            text = _before_process(text, written)
    return text


def _with_alias(written: str, old: Instruction) -> str:
    alias = re.search(r"\s+as\s+\S+\s*$", old.value, re.IGNORECASE)
    keeps = old.keyword == "FROM" and alias and not re.search(r"\sas\s", written, re.IGNORECASE)
    return written + alias.group() if keeps and alias else written


def _replaced(text: str, changes: Sequence[tuple[Instruction, str]]) -> str:
    lines = text.splitlines()
    for old, new in sorted(changes, key=lambda change: -change[0].line):
        lines[old.line - 1 : old.end_line] = [new] if new else []
    return "\n".join(lines) + "\n"


def _before_process(text: str, added: str) -> str:
    """In the last stage, before what starts the process."""
    process = [instruction for instruction in parse(text).instructions if instruction.keyword in _PROCESS]
    lines = text.splitlines()
    place = process[-1].line - 1 if process else len(lines)
    return "\n".join([*lines[:place], added, *lines[place:]]) + "\n"


def _values(text: str, code: str, flagged: set[int], *, told: bool) -> Iterator[str]:
    touched = _touched(text, flagged)
    if " " not in code:
        yield renamed(text, code)
        if code.startswith("--"):
            yield _replaced(text, [(line, _with_option(line, code)) for line in touched if line.keyword == "RUN"])
    images = [line for line in touched if line.keyword == "FROM"]
    if told and " " not in code and images:
        yield _replaced(text, [(image, _with_alias(f"FROM {code}", image)) for image in images])
    users = [instruction for instruction in parse(text).instructions if instruction.keyword == "USER"]
    if code.startswith("["):
        process = [line for line in touched if line.keyword in _PROCESS and (told or _shares_word(line.value, code))]
        yield _replaced(text, [(line, f"{line.keyword} {code}") for line in process])
    elif re.fullmatch(r"[\w-]+(:[\w-]+)?", code) and not users and touched:
        return  # a bare word is a name, not a line
    runs = [
        (line, f"{line.keyword} {_swapped(line.value, code)}") for line in touched if line.keyword in ("RUN", *_PROCESS)
    ]
    yield _replaced(text, runs)
    if told:
        started = [run for run, _ in runs if code.split(maxsplit=1)[0] in _programs(run.value)]
        yield from (_replaced(text, [(run, f"{run.keyword} {code}")]) for run in started)


def _shares_word(one: str, other: str) -> bool:
    return bool(set(re.findall(r"\w{3,}", one)) & set(re.findall(r"\w{3,}", other)))


def _with_option(run: Instruction, option: str) -> str:
    if option in run.value:
        return f"RUN {run.value}"
    parts = _SEPARATOR.split(run.value)
    changed = [
        part if index % 2 else re.sub(r"^(\S+\s+\S+)", rf"\1 {option}", part) for index, part in enumerate(parts)
    ]
    return f"RUN {''.join(changed)}"


def _programs(value: str) -> set[str]:
    return {word for part in _SEPARATOR.split(value)[::2] for word in part.split()[:1]}


def _swapped(value: str, command: str) -> str:
    """The command of a chain that calls the same program to the same end: what lists packages installs none."""
    asked = command.split()
    if command in value:
        return value
    parts = _SEPARATOR.split(value)
    locks = any(command.startswith(" ".join(locking.split()[:2])) for locking in _LOCKING)
    wanted = asked[:1] if locks else asked[:2]
    return "".join(command if part.split()[: len(wanted)] == wanted else part for part in parts)


_EXEC_FORM = re.compile(
    r"\b(exec(-|\s)?form|json(-|\s)(array|list\w*|form|tableau|lijst)|(list|array) form|"
    r"(square |closing |opening )?brackets?|without a shell|"
    r"(lista|liste|tableau|array) json|forme exec|forma exec|(becomes|be|into|as) (a|an) (list|array)|"
    r"eckige\w* klammern|crochets|corchetes)\b",
    re.IGNORECASE,
)
# A user that is not root, in several languages: with what it is not, with its number, or as the instruction's name.
_USER_WORD = r"(?:user|account|benutzer|nutzer|utilisateur|usuario|utente|gebruiker)"
_USER = re.compile(
    rf"\b(non-?root|unprivileged|another|dedicated|normal|separate|different)\s+(\w+\s+)?{_USER_WORD}\b|"
    rf"\buser instruction\b|\b{_USER_WORD}\b[^.;]{{0,40}}(\broot\b|\bof (its|one's) own\b|\b\d{{3,}}\b|priv)|"
    r"\b(not|never) (be|run as) root\b|(?-i:\bUSER\b)",
    re.IGNORECASE,
)
_REMOVE = re.compile(
    r"\b(remove|delete|drop|take out|has to go|must go|should go|goes away|"
    r"lösch\w*|entfern\w*|supprime\w*|elimina\w*|borra)\b",
    re.IGNORECASE,
)
_LINES = re.compile(r"\blines?\s+(\d+)(?:\s*(?:and|–|-|to)\s*(\d+))?", re.IGNORECASE)
_VERSION = re.compile(r"(?<![\w.])v?(\d+(?:\.\d+)+[\w.-]*|\d+-[a-z]\w*)")
_OPTION = re.compile(r"(?<![\w-])(?:--)?([a-z]+(?:-[a-z]+)+)(?![\w-])|--([a-z]+)")
# Commands that install exactly what a lock file says: whoever names their words has named them.
_LOCKING = (
    "npm ci", "pnpm install --frozen-lockfile", "yarn install --immutable", "yarn install --frozen-lockfile",
    "bun install --frozen-lockfile", "uv sync --locked", "uv sync --frozen", "pipenv sync", "bundle install --frozen",
)  # fmt: skip


def _done(text: str, deed: str, flagged: set[int]) -> Iterator[str]:
    """The file after somebody did as the words say."""
    instructions = parse(text).instructions
    touched = _touched(text, flagged)
    if _EXEC_FORM.search(deed):
        shell = [
            instruction for instruction in instructions if instruction.keyword in _PROCESS and instruction.argv is None
        ]
        yield _replaced(text, [(word, f"{word.keyword} {_as_json(word.value)}") for word in shell])
    if _USER.search(deed):
        yield _before_process(text, "USER 10001")
    if _REMOVE.search(deed):
        yield from _removed(text, deed, instructions)
    runs = [instruction for instruction in touched if instruction.keyword == "RUN"]
    for long, short in _OPTION.findall(deed) if runs else ():
        yield _replaced(text, [(run, _with_option(run, f"--{long or short}")) for run in runs])
    said = set(re.findall(r"[a-z]+", deed.lower()))
    for command in _LOCKING if runs else ():
        if said.issuperset(re.findall(r"[a-z]+", command)):
            yield _replaced(text, [(run, f"RUN {_swapped(run.value, command)}") for run in runs])
    for version in _VERSION.findall(deed):
        yield _pinned(text, deed, version.rstrip("."), touched)


def _removed(text: str, deed: str, instructions: Sequence[Instruction]) -> Iterator[str]:
    for match in _LINES.finditer(deed):
        wanted = set(range(int(match.group(1)), min(int(match.group(2) or match.group(1)), 10_000) + 1))
        yield _replaced(text, [(instruction, "") for instruction in instructions if instruction.line in wanted])
    named = set(re.findall(r"[A-Z_]{3,}", deed)) - KEYWORDS
    mentioned = [instruction for instruction in instructions if any(word in instruction.value for word in named)]
    if mentioned:
        yield _replaced(text, [(other_word, "") for other_word in mentioned])


def _as_json(value: str) -> str:
    try:
        return json.dumps(shlex.split(value.removeprefix("exec ")))
    except ValueError:
        return json.dumps(value.split())


def _pinned(text: str, deed: str, version: str, touched: Sequence[Instruction]) -> str:
    """`pin fastapi to 0.115` and `use version 3.12.4`: the version goes to what is named, or to the flagged image."""
    changed = text
    for word in set(re.findall(r"[A-Za-z][\w./-]*\w", deed)):
        for instruction in parse(changed).instructions:
            if instruction.keyword == "FROM" and re.match(
                rf"{re.escape(word)}(?![\w/-])", instruction.value, re.IGNORECASE
            ):
                changed = renamed(changed, f"{word}:{version}")
            elif instruction.keyword == "RUN" and re.search(
                rf"install\b.*\s{re.escape(word)}(?![\w-])", instruction.value
            ):
                changed = renamed(changed, f"{word}=={version}")
    if changed != text:
        return changed
    images = [line for line in touched if line.keyword == "FROM" and line.value]
    return _replaced(
        text,
        [
            (image, _with_alias(f"FROM {NAME_END.split(image.value.split()[0])[0]}:{version}", image))
            for image in images
        ],
    )


def patches_beside(part: Upload, offer: Offer) -> Iterator[Upload]:
    """Files that stand with the Dockerfile: what is ignored, and what is installed."""
    ignored = part.find(".dockerignore")
    patterns = _patterns(offer)
    if patterns:
        yield part.with_text(".dockerignore", "\n".join([_text(ignored), *patterns]) + "\n")
    for file in part.of_kind(DEPENDENCIES):
        text, code = _text(file), offer.text.strip()
        if offer.kind is OfferKind.BLOCK and re.search(r"(?m)^[\w.\[\]-]+==\d", offer.text):
            yield part.with_text(file.path, offer.text)
        changed = renamed(text, code) if " " not in code else text
        if changed != text:
            yield part.with_text(file.path, changed)


def _text(file: SourceFile | None) -> str:
    return file.text if file is not None and file.is_readable else ""


def _patterns(offer: Offer) -> list[str]:
    """Lines of an ignore file, as a block or named in words."""
    if offer.kind is OfferKind.DEED:
        names = [word.rstrip(".") for word in re.findall(r"(?<!\w)\.?[\w*/.-]+", offer.text)]
        return [name for name in names if len(name) > 1] if "dockerignore" in offer.text.lower() else []
    lines = [line.strip() for line in offer.text.splitlines() if line.strip() and not line.startswith("#")]
    return lines if offer.kind is OfferKind.BLOCK and all(_PATTERN.fullmatch(line) for line in lines) else []

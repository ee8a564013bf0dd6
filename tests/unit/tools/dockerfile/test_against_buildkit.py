"""The parser against BuildKit's own, by the published binding: on cases, on every labelled file, and on noise."""

from __future__ import annotations

import re
from dataclasses import dataclass

import dockerfile
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from evals.cases import load_all
from tools.artefacts.recognition import kind_of
from tools.dockerfile import DOCKERFILE
from tools.dockerfile import words as cut
from tools.dockerfile.instruction import Instruction
from tools.dockerfile.parser import KEYWORDS, parse

WITH_LIST = ("ADD", "CMD", "COPY", "ENTRYPOINT", "RUN", "SHELL", "VOLUME")
ONE_TEXT = ("USER", "WORKDIR", "STOPSIGNAL", "MAINTAINER")


@dataclass(frozen=True)
class Row:
    keyword: str
    onbuild: bool
    span: tuple[int, int]
    flags: tuple[str, ...]
    is_list: bool
    value: tuple[str, ...]
    heredocs: tuple[tuple[str, str], ...]


def theirs(text: str) -> list[Row] | None:
    """None where BuildKit's parser refuses the file."""
    try:
        rows = dockerfile.parse_string(text)
    except dockerfile.GoParseError:
        return None
    return [row for other_row in rows if other_row.cmd and (row := _their_row(other_row)).keyword in KEYWORDS]


def _their_row(one: dockerfile.Command) -> Row:
    onbuild = one.cmd.upper() == "ONBUILD" and bool(one.sub_cmd)
    keyword = (one.sub_cmd if onbuild else one.cmd).upper()
    docs = tuple((doc.name, doc.content.replace("\r\n", "\n").rstrip("\n")) for doc in one.heredocs)
    flags = () if onbuild else tuple(one.flags)  # the binding loses those of the inner instruction
    value = () if onbuild else tuple(one.value)
    return Row(keyword, onbuild, (one.start_line, one.end_line), flags, one.json, value, () if onbuild else docs)


def ours(text: str) -> list[Row] | None:
    parsed = parse(text)
    if any(fault.syntax for fault in parsed.faults):
        return None
    escape = dict(parsed.directives).get("escape", "\\")
    return [_our_row(instruction, escape) for instruction in parsed.instructions]


def _our_row(one: Instruction, escape: str) -> Row:
    docs = () if one.onbuild else tuple((doc.name, doc.body.rstrip("\n")) for doc in one.heredocs)
    flags = () if one.onbuild else tuple(f"--{name}={value}" for name, value in one.flags)
    value = () if one.onbuild else _value(one, escape)
    return Row(one.keyword, one.onbuild, (one.line, one.end_line), flags, one.argv is not None, value, docs)


def _value(one: Instruction, escape: str) -> tuple[str, ...]:
    if one.keyword == "HEALTHCHECK" and one.value:
        kind, *rest = one.value.split(None, 1)
        return (kind, *(one.argv if one.argv is not None else rest))
    if one.argv is not None or not one.value:
        return one.argv or ()
    if one.keyword in ("ENV", "LABEL"):
        found = cut.words(one.value, escape)
        if not found or "=" in found[0]:
            return tuple(part for word in found for part in (word.partition("=")[0], word.partition("=")[2]))
        return tuple(re.split(r"[\t\v\f\r ]+", one.value, maxsplit=1))
    if one.keyword == "ARG":
        return tuple(cut.words(one.value, escape))
    if one.keyword in ("FROM", "EXPOSE", "VOLUME", "ADD", "COPY"):
        return tuple(re.split(r"[\t\v\f\r ]+", one.value))
    return (one.value,)


def _plain(rows: list[Row] | None) -> list[Row] | None:
    """Flags as `--name=value`: whether an empty value had its sign is not kept."""
    return rows and [
        Row(
            row.keyword,
            row.onbuild,
            row.span,
            tuple(flag if "=" in flag else f"{flag}=" for flag in row.flags),
            row.is_list,
            row.value,
            row.heredocs,
        )
        for row in rows
    ]


def assert_same(text: str) -> None:
    assert _plain(ours(text)) == _plain(theirs(text))


CASES = {
    "plain": 'FROM a:1\nRUN x\nCMD ["a", "b"]\n',
    "continuation": "FROM a:1\nRUN one && \\\n    two \\\n  && three\nUSER 1\n",
    "a word over two lines": "FROM a:1\nENV A=b\\\nc\n",
    "comment inside": "FROM a:1\nRUN one && \\\n# a comment\n\n    two\nUSER 1\n",
    "two backslashes end no line": "FROM a:1\nRUN one \\\\\nUSER 1\n",
    "blanks behind the backslash": "FROM a:1\nRUN one \\ \t\n two\n",
    "continuation at the end": "FROM a:1\nRUN one \\\n",
    "heredoc": "FROM a:1\nRUN <<EOF\necho one\nUSER not-me\nEOF\nUSER 1\n",
    "two heredocs": "FROM a:1\nCOPY <<A <<B /x/\nin a\nA\nin b\nB\nUSER 1\n",
    "tab heredoc": "FROM a:1\nRUN <<-EOF\n\techo one\n\tEOF\nUSER 1\n",
    "quoted heredoc": "FROM a:1\nRUN <<'EOF'\necho $one\nEOF\nUSER 1\n",
    "a name with a blank": 'FROM a:1\nRUN <<"E O"\nx\nE O\n',
    "a name in pieces": 'FROM a:1\nRUN <<E"F"\nx\nEF\n',
    "heredoc with a descriptor": "FROM a:1\nRUN 3<<E\nx\nE\n",
    "quoted sign is no heredoc": 'FROM a:1\nRUN echo "<<E"\n',
    "here string is no heredoc": "FROM a:1\nRUN cat <<<E\n",
    "open quote hides the heredoc": "FROM a:1\nRUN echo ' <<E\n",
    "unknown expansion hides the heredoc": "FROM a:1\nRUN <<E cat ${x@y}\nUSER 1\n",
    "heredoc in no instruction for it": "FROM a:1\nUSER <<E\n",
    "heredoc after a list": 'FROM a:1\nRUN ["a"] <<E\n',
    "onbuild heredoc": "FROM a:1\nONBUILD RUN <<E\nx\nE\n",
    "heredoc without an end": "FROM a:1\nRUN <<EOF\necho\n",
    "lower case": "from a:1\nrun x\n",
    "windows lines": "FROM a:1\r\nRUN one \\\r\n  two\r\nUSER 1\r\n",
    "byte order mark": "\ufeffFROM a:1\nUSER 1\n",
    "no line at the end": "FROM a:1\nUSER 1",
    "flags": "FROM --platform=linux/amd64 a:1 AS b\nCOPY --from=b --chown=1:1 x y\n",
    "quoted flags": "FROM a:1\nRUN --a=\"b c\" --d='e f' --g=h\\ i j\n",
    "flags end": "FROM a:1\nCOPY -- --a b\n",
    "flags anywhere": "FROM a:1\nCMD --flag x\n",
    "escape directive": "# escape=`\nFROM a:1\nRUN one `\n  two\n",
    "escape after syntax": "# syntax=a\n# escape=`\nFROM a:1\nRUN one `\n  two\n",
    "escape after a comment": "# hello\n# escape=`\nFROM a:1\nRUN one `\nUSER 1\n",
    "unknown escape": "# escape=x\nFROM a:1\n",
    "directive twice": "# syntax=a\n# syntax=b\nFROM a:1\n",
    "list of other things": 'FROM a:1\nCMD ["a", 1]\n',
    "list in single quotes": "FROM a:1\nCMD ['a']\n",
    "text behind a list": 'FROM a:1\nCMD ["a"] && b\n',
    "no list for expose": 'FROM a:1\nEXPOSE ["80"]\n',
    "half a character": 'FROM a:1\nCMD ["\\ud800"]\n',
    "no number": "FROM a:1\nCMD [NaN]\n",
    "healthcheck as a list": 'FROM a:1\nHEALTHCHECK --interval=3s CMD ["a"]\n',
    "env without a value": "FROM a:1\nENV A\n",
    "env with half a pair": "FROM a:1\nENV A=1 b\n",
    "old env": "FROM a:1\nENV A b  c\n",
    "quoted label": 'FROM a:1\nLABEL a=b "c d"=e\n',
    "nothing": "",
    "only a comment": "# hello\n",
    "a very long line": "FROM a:1\nRUN " + "a" * 65_530,
    "a line too long": "FROM a:1\nRUN " + "a" * 65_540,
}


@pytest.mark.parametrize("name", CASES)
def test_cases(name: str) -> None:
    assert_same(CASES[name])


def test_every_labelled_dockerfile() -> None:
    texts = [
        text for case in load_all("inspection") for path, text in case["files"].items() if kind_of(path) == DOCKERFILE
    ]
    assert len(texts) > 250
    for text in texts:
        assert_same(text)


# Pieces that meet at every seam of the grammar. Flags are cut byte by byte in Go, so what is no ASCII is left out.
PIECES = (
    "FROM a\n|RUN |COPY |ADD |CMD |ENV |LABEL |ARG |ONBUILD |HEALTHCHECK |USER |VOLUME |SHELL |x|a=b| |\t|\n|\r\n|\\|"
    "\\\n|"
    '\\ \n|`\n|`|#|# c\n|# escape=`\n|#syntax=x\n|"|\'|<<EOF|<<-E|<<"E F"|<<E\nbody\nE\n|EOF\n|\tE\n|E\n|["a"]|'
    '["a",1]|[|--from=x|--x|-- |--y="a b"|$|${|}|${A:-b}|$(x)|&&|from |run |\x0b|=|\n\n|3<<E |<|<<<x|CMD|NONE|'
    "--mount=type=bind,from=a "
).split("|")


@given(st.booleans(), st.lists(st.sampled_from(PIECES), max_size=14))
@example(begins=True, pieces=["ONBUILD ", "ONBUILD ", "ENV ", "x"])
@example(begins=True, pieces=["RUN ", "<<EOF", "${", "-- ", "}"])
@settings(max_examples=1_500, deadline=None)
def test_noise(begins: bool, pieces: list[str]) -> None:
    assert_same(("FROM a\n" if begins else "") + "".join(pieces))


@given(st.text(alphabet=st.characters(codec="ascii", exclude_characters="\0"), max_size=80))
@settings(max_examples=500, deadline=None)
def test_any_text(text: str) -> None:
    assert_same("FROM a\n" + text)

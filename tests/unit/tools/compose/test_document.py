from __future__ import annotations

import pytest

from tools.compose.document import MAX_DEPTH, Mapping, Node, Scalar, Sequence, read_document
from tools.errors import UnreadableFile


def root(text: str) -> Mapping:
    (node,) = read_document("compose.yaml", text).roots
    assert isinstance(node, Mapping)
    return node


def plain(node: Node | None) -> object:
    if isinstance(node, Mapping):
        return {key: plain(entry.value) for key, entry in node.entries.items()}
    return [plain(item) for item in node.items] if isinstance(node, Sequence) else node.value if node else None


def test_every_key_and_value_knows_its_lines() -> None:
    services = root("services:\n  api:\n    image: a\n    command: |\n      one\n      two\n  db: {image: b}\n").entries
    below = services["services"].value
    assert isinstance(below, Mapping)
    api = below.get("api")
    assert isinstance(api, Mapping)
    assert (api.entries["image"].place.line, api.entries["image"].place.end_line) == (3, 3)
    assert (api.entries["command"].place.line, api.entries["command"].place.end_line) == (4, 6)
    assert (services["services"].place.line, services["services"].place.end_line) == (1, 7)


def test_merge_keys_are_filled_in_and_own_keys_win() -> None:
    text = "base: &b {a: 1, b: 2}\nmore: &m {b: 3, c: 4}\nx: {<<: [*b, *m], a: 0}\n"
    assert plain(root(text).get("x")) == {"a": "0", "b": "2", "c": "4"}


def test_a_quoted_merge_key_is_a_plain_key() -> None:
    assert plain(root('x: {"<<": {a: 1}}').get("x")) == {"<<": {"a": "1"}}


def test_a_key_given_twice_is_noted_with_both_lines() -> None:
    document = read_document("compose.yaml", "a: 1\nb: 2\na: 3\n")
    assert [(item.key, item.first_line, item.place.line) for item in document.duplicates] == [("a", 1, 3)]


def test_scalars_stay_strings_and_tags_stay_text() -> None:
    text = "a: no\nb: 22:22\nc: 010\nd: !!python/object/apply:os.system [ls]\ne: !reset null\nf: 'null'\n"
    node = root(text)
    assert [plain(node.get(key)) for key in "abcd"] == ["no", "22:22", "010", ["ls"]]
    reset, quoted = node.get("e"), node.get("f")
    assert isinstance(reset, Scalar)
    assert reset.tag == "!reset"
    assert isinstance(quoted, Scalar)
    assert not quoted.is_null


def test_several_documents_are_kept_apart() -> None:
    assert len(read_document("compose.yaml", "a: 1\n---\nb: 2\n").roots) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [1", "not valid YAML"),
        ("a:\n\t- b", "not valid YAML"),
        ("a: *nowhere", r"\*nowhere on line 1"),
        ("a: &a [*a]", r"\*a on line 1"),
        ("? [a]\n: b", "list or a mapping as a key"),
        ("a: \x07", "plain UTF-8"),
        ("[" * (MAX_DEPTH + 2), "levels deep"),
        ("- " * (MAX_DEPTH + 2), "levels deep"),
        ("[" * 500_000, "levels deep"),
        ("- a\n" * 30_000, "20,000 values"),
        (
            "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
            + "".join(
                f"{b}: &{b} [{', '.join(['*' + a] * 10)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
            ),
            "20,000 values",
        ),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line_or_limit(text: str, said: str) -> None:
    with pytest.raises(UnreadableFile, match=said):
        read_document("compose.yaml", text)

from __future__ import annotations

import json
from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from tools.compose.inspection import UNREADABLE, inspect_compose
from tools.compose.registry import rules
from tools.compose.rules import COMPOSE_ASPECTS, example_files
from tools.findings import Finding, Verdict
from tools.uploads.files import SourceFile, Upload


def inspect(text: str | bytes, name: str = "compose.yaml") -> tuple[Mapping[str, Verdict], tuple[Finding, ...]]:
    data = text.encode() if isinstance(text, str) else text
    verdicts, findings, _ = inspect_compose(Upload.of([SourceFile(name, data)]))
    return verdicts, findings


def test_without_a_compose_file_nothing_is_checked() -> None:
    verdicts, findings = inspect("FROM scratch", "Dockerfile")
    assert set(verdicts.values()) == {Verdict.NOT_CHECKED}
    assert findings == ()


def test_a_file_that_cannot_be_read_is_one_finding_and_shows_nothing() -> None:
    for data in (b"a: [", b"", b"- a", b"services: \x07"):
        verdicts, findings = inspect(data)
        assert [finding.rule for finding in findings] == [UNREADABLE]
        assert set(verdicts.values()) == {Verdict.NOT_MET}


def test_a_file_that_is_no_text_is_not_checked() -> None:
    for data in (b"\xff\xfea", b"x" * 1_000_001, b"services: \0", b"\xe9"):
        assert set(inspect(data)[0].values()) == {Verdict.NOT_CHECKED}


def test_a_finding_stands_where_the_defect_is() -> None:
    _, findings = inspect(
        "services:\n  api:\n    build: .\n    mem_limit: 1g\n    environment:\n      API_TOKEN: abc123\n"
    )
    assert [(finding.rule, finding.line, finding.end_line) for finding in findings] == [
        ("compose-literal-credential", 6, 6)
    ]


def test_a_credential_is_never_repeated_in_a_finding() -> None:
    text = (
        "services:\n  api:\n    build: .\n    command: serve --token c0mm4nd\n    environment:\n"
        "      A_PASSWORD: l1t3r4l\n      B_PASSWORD: ${B:-f4llb4ck}\n      URL: http://u:4ddr3ss@x.example.org\n"
    )
    _, findings = inspect(text)
    said = " ".join(finding.message + finding.question for finding in findings)
    assert not [secret for secret in ("c0mm4nd", "l1t3r4l", "f4llb4ck", "4ddr3ss") if secret in said]


def test_met_aspects_come_with_the_lines_that_show_it() -> None:
    text = "services:\n  api:\n    image: acme/api:1.2\n    environment: {KEY: '${KEY}'}\n    ports: ['80:80']\n"
    _, _, evidence = inspect_compose(Upload.of([SourceFile("compose.yaml", text.encode())]))
    assert evidence["B1"] == (("compose.yaml", 3, 3),)
    assert evidence["B2"] == (("compose.yaml", 4, 4),)
    assert evidence["B4"] == (("compose.yaml", 5, 5),)


def test_a_defect_in_a_shared_file_is_told_once() -> None:
    files = {
        "compose.yaml": "services: {web: {image: nginx}}",
        "compose.dev.yaml": "services: {web: {mem_limit: 1g}}",
        "compose.prod.yaml": "services: {web: {mem_limit: 2g}}",
    }
    _, findings, _ = inspect_compose(Upload.of(SourceFile(path, text.encode()) for path, text in files.items()))
    assert [finding.rule for finding in findings if finding.effect] == ["compose-image-untagged"]


ALPHABET = "abcdeimnoprstuvxy:-[]{}&*<!|>?#'\"$ \n\t0123456789./@=_"
FRAGMENTS = st.sampled_from(
    [text for rule in rules() for example in (rule.bad, rule.good) for text in example_files(example).values()]
)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_judged(data: bytes) -> None:
    assert set(inspect(data)[0]) == set(COMPOSE_ASPECTS)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=ALPHABET, max_size=300))
def test_any_text_beneath_services_is_judged(text: str) -> None:
    assert set(inspect("services:\n  a:\n    " + text)[0]) == set(COMPOSE_ASPECTS)


@settings(max_examples=200, deadline=None)
@given(FRAGMENTS, st.integers(0, 400), st.integers(0, 400), st.text(alphabet=ALPHABET, max_size=8))
def test_a_damaged_file_is_judged(text: str, start: int, length: int, inserted: str) -> None:
    verdicts, findings = inspect(text[:start] + inserted + text[start + length :])
    assert all(1 <= finding.line <= finding.end_line for finding in findings)
    assert all(any(f.criterion == a for f in findings) or verdicts[a] in {"met", "not met"} for a in COMPOSE_ASPECTS)


TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(alphabet=ALPHABET, max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(alphabet=ALPHABET, max_size=8), inner, max_size=3)
    ),
    max_leaves=12,
)
KEYS = st.sampled_from(
    "image build environment depends_on healthcheck ports volumes command labels networks secrets extends env_file "
    "privileged deploy security_opt network_mode tmpfs configs".split()
)


@settings(max_examples=250, deadline=None)
@given(
    st.dictionaries(KEYS, TREES, max_size=5),
    st.dictionaries(st.sampled_from(["volumes", "include", "networks"]), TREES),
)
def test_any_shape_beneath_a_known_key_is_judged(service: dict[str, object], top: dict[str, object]) -> None:
    text = json.dumps({"services": {"a": service, "b": {"build": ".", "depends_on": ["a"]}}, **top})
    assert set(inspect(text)[0]) == set(COMPOSE_ASPECTS)

"""Every check by its own pair: the defect is found, and the twin without it is not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.artefacts.types.dockerfile.inspection import inspect_dockerfile
from tools.findings import Verdict
from tools.inspection.inspector import inspect
from tools.inspection.registry import rules
from tools.inspection.rule import DOCKERFILE_ASPECTS, DockerfileRule, further_links
from tools.uploads.files import SourceFile, Upload

INSTRUCTIONS = st.sampled_from("FROM RUN COPY ADD ENV ARG USER CMD ENTRYPOINT LABEL ONBUILD HEALTHCHECK".split())
LINES = st.builds(lambda word, rest: f"{word} {rest}", INSTRUCTIONS, st.text(max_size=40))


def _found(rule: DockerfileRule, text: str) -> set[str]:
    file = SourceFile("Dockerfile", text.encode())
    beside = [SourceFile(path, body.encode()) for path, body in rule.beside.items()]
    return {finding.rule for finding in inspect_dockerfile(file, Upload.of([file, *beside]))}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_one_defect_more_is_exactly_one_finding_more(rule: DockerfileRule) -> None:
    bad, good = _found(rule, rule.bad), _found(rule, rule.good)
    assert bad - good == {rule.id}
    assert good - bad <= {"base-without-digest"}  # a name without a version is told of that first


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_a_rule_asks_and_does_not_tell(rule: DockerfileRule) -> None:
    assert rule.question.endswith("?")
    assert "FROM " not in rule.question
    assert rule.criterion in (*DOCKERFILE_ASPECTS, "D6")
    assert not (rule.effect and rule.criterion == "D6")
    assert rule.message.endswith(".")
    assert rule.links
    assert all(link.startswith("https://") for link in rule.links)


def test_every_rule_has_a_name_of_its_own() -> None:
    assert len({rule.id for rule in rules()}) == len(rules())
    assert set(further_links()) <= {rule.id for rule in rules()}
    assert all(link.startswith("https://") for links in further_links().values() for link in links)


def test_a_secret_file_in_the_upload_is_kept_out_by_dockerignore() -> None:
    dockerfile = SourceFile("Dockerfile", b'FROM python:3.12\nCOPY . /app\nUSER 1\nCMD ["x"]\n')
    secret = SourceFile(".env", b"API_KEY=sk-notarealkey12345678\n")
    ignore = SourceFile(".dockerignore", b".env\n")
    assert inspect(Upload.of([dockerfile, secret])).criteria["D3"] is Verdict.NOT_MET
    assert inspect(Upload.of([dockerfile, secret, ignore])).criteria["D3"] is Verdict.MET


@given(st.lists(LINES, max_size=12))
@settings(max_examples=150, deadline=None)
def test_no_dockerfile_breaks_the_inspection(lines: list[str]) -> None:
    upload = Upload.of([SourceFile("Dockerfile", "\n".join(lines).encode("utf-8", "ignore"))])
    assert set(inspect(upload).criteria) >= set(DOCKERFILE_ASPECTS)


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_no_bytes_break_the_inspection(data: bytes) -> None:
    inspection = inspect(Upload.of([SourceFile("Dockerfile", data)]))
    assert inspection.criteria["D1"] in (Verdict.NOT_MET, Verdict.NOT_CHECKED, Verdict.MET)


CLEAN = """FROM python:3.12-slim AS build
WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes --prefix /install -r requirements.txt

FROM python:3.12-slim
COPY --from=build /install /usr/local
COPY app/ /app/
USER 10001
CMD ["python", "-m", "app"]
"""
MUTATIONS = {
    "D1": ("python:3.12-slim\nCOPY", "python:slim\nCOPY"),
    "D2": (
        "pip install --no-cache-dir --require-hashes --prefix /install -r requirements.txt",
        "pip install --no-cache-dir flask",
    ),
    "D3": ("USER 10001", "ENV API_TOKEN=abcd1234efgh\nUSER 10001"),
    "D4": ("COPY app/", "RUN apt-get update && apt-get install -y gcc && rm -rf /var/lib/apt/lists/*\nCOPY app/"),
    "D5": ('CMD ["python", "-m", "app"]', "CMD python -m app"),
}


@pytest.mark.parametrize("aspect", MUTATIONS)
def test_one_defect_in_a_clean_file_moves_exactly_its_aspect(aspect: str) -> None:
    clean = inspect(Upload.of([SourceFile("Dockerfile", CLEAN.encode())])).criteria
    mutant = inspect(Upload.of([SourceFile("Dockerfile", CLEAN.replace(*MUTATIONS[aspect]).encode())])).criteria
    assert all(clean[other_aspect] is Verdict.MET for other_aspect in DOCKERFILE_ASPECTS)
    assert [other_aspect for other_aspect in DOCKERFILE_ASPECTS if mutant[other_aspect] is not Verdict.MET] == [aspect]


STAGES = """FROM python:3.12-slim AS app
USER 1
CMD ["python", "app.py"]
FROM app AS debug
USER root
"""


@pytest.mark.parametrize(
    ("build", "verdict"),
    [("{context: ., target: app}", "met"), ("{context: ., target: debug}", "not met"), (".", "not met")],
)
def test_the_stage_that_compose_builds_is_the_one_that_is_shipped(build: str, verdict: str) -> None:
    compose = SourceFile("compose.yaml", f"services: {{api: {{build: {build}}}}}".encode())
    found = inspect(Upload.of([SourceFile("Dockerfile", STAGES.encode()), compose]))
    assert found.criteria["D5"] == verdict

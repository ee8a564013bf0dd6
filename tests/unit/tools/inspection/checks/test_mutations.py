"""A clean file that gets one defect gains a finding of exactly that criterion, and loses no other one."""

from __future__ import annotations

import pytest

from tools.findings import Inspection, Verdict
from tools.inspection.inspector import inspect
from tools.inspection.registry import rules
from tools.inspection.rule import DOCKERFILE_ASPECTS
from tools.uploads.files import SourceFile, Upload

CLEAN = {
    "python": """FROM python:3.12-slim AS build
WORKDIR /srv
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes --prefix /install -r requirements.txt

FROM python:3.12-slim
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/*
COPY --from=build /install /usr/local
COPY answers/ /srv/answers/
ENV MAX_TOKENS=512 DB_PASSWORD_FILE=/run/secrets/db
USER 10001
ENTRYPOINT ["python", "-m", "answers"]
""",
    "node": """FROM node:22.11-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY src ./src
RUN npm run build

FROM node:22.11-slim
COPY --from=build /app/dist /app
USER node
CMD ["node", "/app/main.js"]
""",
    "go": """FROM golang:1.23 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY cmd ./cmd
RUN CGO_ENABLED=0 go build -o /server ./cmd/server

FROM debian:12.8-slim
COPY --from=build /server /server
USER 65532
ENTRYPOINT ["/server"]
""",
}
BEFORE_END = {  # a line that is put before the final USER
    "D2": (
        "RUN pip install --no-cache-dir fastapi",
        "RUN npm install -g typescript && npm cache clean --force",
        "RUN gem install rails && rm -rf /usr/local/bundle/cache",
        "RUN go install example.org/x/tool@latest",
        "RUN curl -fsSLO https://example.org/t.tgz",
        "RUN wget -qO- https://example.org/i.sh | bash",
        "ADD https://example.org/m.bin /m.bin",
        "RUN git clone https://example.org/r.git /r",
        "RUN huggingface-cli download org/model",
    ),
    "D3": (
        "ENV OPENAI_API_KEY=sk-abcdefgh12345678",
        "ARG GITHUB_TOKEN",
        "ARG DB_PASSWORD=hunter22",
        "COPY .env /srv/.env",
        "COPY id_rsa /root/.ssh/id_rsa",
        "RUN curl -H 'Authorization: Bearer abcdef123456' http://localhost/",
        "LABEL db=postgres://app:hunter22@db/app",
        "RUN echo 'password=hunter22' > /etc/app.conf",
        "RUN --mount=type=secret,id=c cp /run/secrets/c /etc/c",
    ),
    "D4": (
        "RUN apt-get update && apt-get install -y build-essential && rm -rf /var/lib/apt/lists/*",
        "RUN apt-get update && apt-get install -y curl",
        "RUN apk add gcc",
        "RUN pip install flask==3.0.0",
        "COPY .git /srv/.git",
        "COPY tests/ /srv/tests/",
        "COPY . /srv",
    ),
}


def _verdicts(text: str) -> Inspection:
    return inspect(Upload.of([SourceFile("Dockerfile", text.encode())]))


@pytest.mark.parametrize("name", CLEAN)
def test_the_clean_file_has_nothing_that_holds_the_gate(name: str) -> None:
    assert [finding.rule for finding in _verdicts(CLEAN[name]).findings if finding.effect] == []


@pytest.mark.parametrize("name", CLEAN)
@pytest.mark.parametrize(("criterion", "line"), [(key, line) for key, lines in BEFORE_END.items() for line in lines])
def test_one_defect_is_one_criterion(name: str, criterion: str, line: str) -> None:
    head, user, tail = CLEAN[name].rpartition("USER")
    number = head.count("\n") + 1
    found = _verdicts(f"{head}{line}\n{user}{tail}")
    assert {finding.criterion for finding in found.findings if finding.effect} == {criterion}
    assert {finding.line for finding in found.findings if finding.effect} == {number}
    assert found.criteria[criterion] is Verdict.NOT_MET


REPLACED = [
    ("D1", "python:3.12-slim\nRUN", "python:slim\nRUN"),
    ("D1", "node:22.11-slim\nCOPY", "node:lts-slim\nCOPY"),
    ("D1", "debian:12.8-slim", "debian:stable-slim"),
    ("D2", "npm ci", "npm install"),
    ("D2", "--require-hashes --prefix /install -r requirements.txt", "--prefix /install torch"),
    ("D5", "USER 10001\n", ""),
    ("D5", "USER node", "USER root"),
    ("D5", "USER 65532", "USER 0:0"),
    ("D5", 'ENTRYPOINT ["python", "-m", "answers"]', "ENTRYPOINT python -m answers"),
    ("D5", 'CMD ["node", "/app/main.js"]', 'CMD ["sh", "-c", "node /app/main.js"]'),
    ("D5", 'ENTRYPOINT ["/server"]\n', ""),
]


@pytest.mark.parametrize(("criterion", "old", "new"), REPLACED)
def test_one_replacement_is_one_criterion(criterion: str, old: str, new: str) -> None:
    text = next(one for one in CLEAN.values() if old in one)
    found = _verdicts(text.replace(old, new, 1) if old in text else text)
    assert {finding.criterion for finding in found.findings if finding.effect} == {criterion}


def test_every_criterion_has_its_mutations_and_every_gating_rule_its_pair() -> None:
    assert {*BEFORE_END, *(row[0] for row in REPLACED)} == set(DOCKERFILE_ASPECTS)
    assert all(rule.bad != rule.good for rule in rules() if rule.effect)


HOSTILE = ("a", "a ", "a:", "a=", "/", "https://", "password=", '"', "'", "$(", "`", "${A", "<<A ", "&& ", "| a ", "[")


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize("keyword", ["RUN", "ENV", "COPY", "CMD", "LABEL", "ARG", "USER", "RUN --mount=type=secret"])
def test_a_long_line_of_anything_is_judged(keyword: str, piece: str) -> None:
    """An expression that goes wrong on such a line takes minutes, and the suite would not end."""
    text = f"FROM a:1\n{keyword} {(piece * 8_000)[:16_000]}\n"
    assert set(_verdicts(text).criteria) >= set(DOCKERFILE_ASPECTS)


def test_values_that_name_each_other_do_not_grow_without_end() -> None:
    doubling = "".join(f"ARG X{number + 1}=$X{number}$X{number}\n" for number in range(60))
    assert _verdicts(f"FROM a:1\nARG X0={'a' * 50}\n{doubling}USER $X60\n").criteria["D1"] is Verdict.MET

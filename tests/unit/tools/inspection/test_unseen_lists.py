"""D2 of a list that was not handed in: not checked, and asked for, unless the command itself enforces a lock."""

from __future__ import annotations

import pytest

from tools.findings import Inspection, Rank, Verdict
from tools.inspection.inspector import inspect
from tools.uploads.files import SourceFile, Upload

_TAIL = 'USER 10001\nCMD ["python", "-m", "app"]\n'


def _inspected(lines: str, **beside: str) -> Inspection:
    files = {"Dockerfile": f"FROM python:3.12.7-slim\n{lines}\n{_TAIL}"}
    files |= {path.replace("__", "."): text for path, text in beside.items()}
    return inspect(Upload.of(SourceFile(path, text.encode()) for path, text in files.items()))


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        ("COPY requirements.txt .\nRUN pip install --no-cache-dir -r requirements.txt", "requirements.txt"),
        ("COPY . .\nRUN uv pip install --no-cache --system -r deps/prod.txt", "prod.txt"),
        ("RUN pip install --no-cache-dir -c limits.txt flask", "limits.txt"),
        ("COPY . .\nRUN pip install --no-cache-dir .", "pyproject.toml"),
        ("COPY environment.yml .\nRUN conda env create -f environment.yml && conda clean -afy", "environment.yml"),
        ("COPY . .\nRUN poetry install --no-cache", "poetry.lock"),
        ("COPY pyproject.toml poetry.lock* ./\nRUN poetry install --no-cache", "poetry.lock"),
        ("COPY . .\nRUN composer install --no-dev", "composer.lock"),
        ("COPY . .\nRUN mvn -B package", "pom.xml"),
        ("COPY . .\nRUN ./gradlew --no-daemon bootJar", "build.gradle"),
    ],
)
def test_a_list_that_did_not_come_is_asked_for(lines: str, wanted: str) -> None:
    found = _inspected(lines)
    assert found.criteria["D2"] is Verdict.NOT_CHECKED
    asked = [finding for finding in found.findings if finding.rank is Rank.UNSEEN]
    assert [finding.question for finding in asked] == [f"Could you send me `{wanted}` as well?"]


@pytest.mark.parametrize(
    "lines",
    [
        "RUN npm ci && npm cache clean --force",
        "RUN pip install --no-cache-dir --require-hashes -r requirements.txt",
        "ENV PIP_REQUIRE_HASHES=1\nRUN pip install --no-cache-dir -r requirements.txt",
        "RUN export UV_FROZEN=1 && uv sync --no-dev --no-cache",
        "RUN cargo build --release --locked",
        "RUN pixi install --locked",
        "COPY pyproject.toml poetry.lock ./\nRUN poetry install --no-cache",
        "COPY go.mod go.sum ./\nRUN go build -o /x .",
    ],
)
def test_a_command_that_enforces_a_lock_needs_nothing_else(lines: str) -> None:
    assert _inspected(lines).criteria["D2"] is Verdict.MET


@pytest.mark.parametrize(
    "lines",
    [
        "RUN uv lock --upgrade && uv sync --frozen --no-cache",
        "COPY pyproject.toml poetry.lock ./\nRUN poetry lock && poetry install --no-cache",
        "RUN npm ci && npm audit fix",
        "RUN pixi install",
        "RUN cargo build --release",
        "COPY pyproject.toml .\nRUN poetry install --no-cache",
        "RUN UV_FROZEN=0 uv sync --no-cache",
    ],
)
def test_a_lock_that_is_renewed_or_not_kept_is_not_met(lines: str) -> None:
    assert _inspected(lines).criteria["D2"] is Verdict.NOT_MET


def test_what_came_along_is_judged_and_a_defect_counts_before_what_is_unseen() -> None:
    install = "RUN pip install --no-cache-dir -r requirements.txt"
    assert _inspected(install, requirements__txt="flask==3.1.0\n").criteria["D2"] is Verdict.MET
    assert _inspected(install, requirements__txt="flask\n").criteria["D2"] is Verdict.NOT_MET
    assert _inspected(f"{install}\nRUN pip install --no-cache-dir rich").criteria["D2"] is Verdict.NOT_MET


@pytest.mark.parametrize(
    "lines",
    [
        "COPY deps/base.txt /tmp/requirements.txt\nRUN pip install --no-cache-dir -r /tmp/requirements.txt",
        "RUN --mount=type=bind,source=base.txt,target=/tmp/r.txt pip install --no-cache-dir -r /tmp/r.txt",
    ],
)
def test_a_list_is_found_under_the_name_that_a_copy_or_a_mount_gives_it(lines: str) -> None:
    assert _inspected(lines, base__txt="flask==3.1.0\n").criteria["D2"] is Verdict.MET
    assert _inspected(lines).criteria["D2"] is Verdict.NOT_CHECKED


def test_a_list_that_the_build_writes_is_no_missing_file() -> None:
    lines = "RUN uv export --frozen -o /tmp/r.txt && pip install --no-cache-dir -r /tmp/r.txt"
    assert _inspected(lines).criteria["D2"] is Verdict.MET

"""No finding repeats a secret, whatever else it says of the line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.credentials import masked
from tools.inspection.formats.json_lines import as_json_line
from tools.inspection.formats.sarif import as_sarif
from tools.inspection.formats.text import as_text
from tools.inspection.inspector import inspect
from tools.inspection.report import InspectionReport
from tools.uploads.files import SourceFile, Upload

SECRET = "Gx4mZt9qLp"
TOKEN = "sk-proj-4f9aZk2LmQ8sT1vX7bNc"
DOCKERFILES = (
    f"ENV OPENAI_API_KEY={TOKEN}",
    f"ENV DB_PASSWORD {SECRET}",
    f"ARG PIP_INDEX=https://ci:{SECRET}@pypi.example.com/simple",
    f"LABEL token={TOKEN}",
    f"RUN curl -H 'Authorization: Bearer {SECRET}' https://example.com/i.sh | bash",
    f"RUN curl -u ci:{SECRET} -O https://example.com/x.tgz",
    f"RUN curl -O https://ci:{SECRET}@example.com/x.tgz",
    f"RUN git clone https://oauth2:{SECRET}@git.example.com/x.git",
    f"RUN mysql -u root -p{SECRET} db",
    f"RUN echo 'password={SECRET}' > /etc/app.conf",
    f"RUN export API_KEY={SECRET}",
    f"RUN docker login -u ci -p {SECRET} registry.example.com",
    f"RUN pip install git+https://ci:{SECRET}@git.example.com/x.git",
    f"ADD https://ci:{SECRET}@example.com/x.tgz /x",
    f'CMD ["serve --token {SECRET}"]',
    f'CMD ["serve", "--password", "{SECRET}", "$PORT"]',
    f'CMD ["serve"] --api-key {TOKEN}',
    f"CMD ['serve', '--api-key={TOKEN}']",
    f"FROM https://ci:{SECRET}@example.com/x",
    f"COPY <<E /app/.env\nAPI_KEY={TOKEN}\nE",
    f"RUM --token={SECRET}",
    f"HEALTHCHECK CMD curl -u x:{SECRET} http://localhost:9/",
)
COMPOSES = (
    f"environment: {{DB_URL: 'postgres://app:{SECRET}@db/app'}}",
    f"environment: {{API_TOKEN: '${{API_TOKEN:-{SECRET}}}'}}",
    f"environment: [API_TOKEN={SECRET}]",
    f"command: serve --token {SECRET}",
    f"image: ci:{SECRET}@registry.example.com/x",
    f"env_file: https://ci:{SECRET}@example.com/env",
)


def said(path: str, text: str) -> str:
    report = InspectionReport("x", inspect(Upload.of([SourceFile(path, text.encode())])))
    assert report.findings
    return as_text(report) + as_json_line(report) + as_sarif([report])


@pytest.mark.parametrize("line", DOCKERFILES)
def test_no_finding_on_a_dockerfile_holds_the_secret(line: str) -> None:
    shown = said("Dockerfile", f"FROM python:3.12-slim\n{line}\n")
    assert SECRET not in shown
    assert TOKEN[8:] not in shown


@pytest.mark.parametrize("line", COMPOSES)
def test_no_finding_on_a_compose_file_holds_the_secret(line: str) -> None:
    shown = said("compose.yaml", f"services:\n  api:\n    build: .\n    {line}\n")
    assert SECRET not in shown


@pytest.mark.parametrize("text", ["pip install flask", "https://example.com/x", "python app.py --port 80", "`a` → `b`"])
def test_what_holds_no_secret_stays(text: str) -> None:
    assert masked(text) == text


@given(st.text(max_size=200))
def test_any_text_is_masked(text: str) -> None:
    assert SECRET not in masked(f"{text} --token {SECRET}")

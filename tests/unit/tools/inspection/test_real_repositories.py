"""What real repositories hold and nobody should be told of, beside what looks like it and is a defect."""

from __future__ import annotations

import pytest

from tools.findings import Inspection
from tools.inspection.inspector import inspect
from tools.uploads.files import MAX_FILE_BYTES, SourceFile, Upload

TOKEN = "sk-proj-9aZbYcXdWeVfUgTh1ij2kl3mn4op"
COPIED = 'FROM python:3.12.7-slim\nWORKDIR /app\nCOPY {} .\nUSER 10001\nCMD ["x"]\n'


def judge(files: dict[str, str]) -> Inspection:
    return inspect(Upload.of(SourceFile(path, text.encode()) for path, text in files.items()))


@pytest.mark.parametrize(
    ("path", "text", "verdict"),
    [
        ("app/settings.py", f"KEY = '{TOKEN}'", "not met"),
        ("app/conftest.py", f"KEY = '{TOKEN}'", "met"),
        ("app/store_test.go", f'key := "{TOKEN}"', "met"),
        ("app/tests/data.json", f'{{"key": "{TOKEN}"}}', "met"),
        ("app/seed.ts", "const key = 'sk-lf-1234567890'", "met"),
        ("app/seed.ts", "const key = 'sk-0987654321fedcba'", "met"),
        ("app/seed.ts", "const key = 'sk-lf-asdfghjkl'", "met"),
        ("app/Form.tsx", 'const hint = \'{"type": "service_account", ...}\'', "met"),
        ("app/key.json", '{"type": "service_account", "private_key": "-----BEGIN PRIVATE KEY-----\\nbm9"}', "not met"),
    ],
)
def test_made_up_keys_of_tests_and_forms_are_no_leak(path: str, text: str, verdict: str) -> None:
    assert judge({"Dockerfile": COPIED.format("app/"), path: text}).criteria["D3"] == verdict


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("ENV DATABASE_URL=postgresql://user:pass@localhost:5432/dummy", "met"),
        ("ENV DATABASE_URL=postgresql://user:pass@placeholder/db", "met"),
        ("ENV DATABASE_URL=postgresql://app:h7Gk2m@db/app", "not met"),
        ("RUN echo 'app ALL=(ALL) NOPASSWD: ALL' >> /etc/sudoers", "met"),
        ("RUN echo 'DB_PASSWORD: h7Gk2mQx' >> /etc/app.conf", "not met"),
    ],
)
def test_addresses_of_nothing_and_words_of_sudo_are_no_credentials(line: str, verdict: str) -> None:
    assert judge({"Dockerfile": f'FROM python:3.12.7-slim\n{line}\nUSER 1\nCMD ["x"]\n'}).criteria["D3"] == verdict


def test_options_of_uv_are_no_packages() -> None:
    install = "RUN uv pip install --no-cache --system --python-preference system --requirements requirements.txt\n"
    files = {
        "Dockerfile": f'FROM python:3.12.7-slim\n{install}USER 1\nCMD ["x"]\n',
        "requirements.txt": "flask==3.0.3\n",
    }
    assert judge(files).criteria["D2"] == "met"
    assert judge(files | {"requirements.txt": "flask\n"}).criteria["D2"] == "not met"


BAKED = 'FROM alpine:3.20 AS tools\nRUN true\nFROM alpine:3.20 AS image\nUSER 1\nCMD ["x"]\n'


@pytest.mark.parametrize(
    ("output", "verdict"),
    [
        ('output = ["type=cacheonly"]', "met"),
        ('output = ["./bin"]', "met"),
        ('output = ["type=image"]', "not met"),
        ("", "not met"),
    ],
)
def test_a_bake_target_that_gives_no_image_is_not_judged_as_one(output: str, verdict: str) -> None:
    bake = f'target "tools" {{\n  target = "tools"\n  {output}\n}}\ntarget "image" {{\n  target = "image"\n}}\n'
    assert judge({"docker-bake.hcl": bake, "Dockerfile": BAKED}).criteria["D5"] == verdict
    written = output.removeprefix("output = ") or "null"
    as_json = f'{{"target": {{"a": {{"target": "tools", "output": {written}}}, "b": {{"target": "image"}}}}}}'
    assert judge({"docker-bake.json": as_json, "Dockerfile": BAKED}).criteria["D5"] == verdict


def test_a_server_does_not_talk_to_its_own_host() -> None:
    stack = "services:\n  db: {image: 'mariadb:11.4.4', environment: {MARIADB_HOST: x}}\n  web: {image: 'a/b:1'}\n"
    assert judge({"compose.yaml": stack}).criteria["B1"] == "met"
    assert judge({"compose.yaml": stack.replace("MARIADB_HOST", "CACHE_HOST")}).criteria["B1"] == "not met"


def test_folders_of_code_hosts_and_editors_stand_aside() -> None:
    good = COPIED.format("app.py")
    found = judge(
        {
            "Dockerfile": good,
            "app.py": "x",
            ".devcontainer/Dockerfile": "FROM ubuntu\n",
            ".github/a/Dockerfile": "FROM x\n",
        }
    )
    assert found.criteria["D1"] == "met"


def test_a_huge_lock_beside_a_dockerfile_is_no_fault() -> None:
    found = judge({"Dockerfile": COPIED.format("app.py"), "app.py": "x", "uv.lock": "x" * (MAX_FILE_BYTES + 1)})
    assert found.unreadable == {}


def test_the_context_of_a_dockerfile_with_an_ignore_file_is_its_folder() -> None:
    found = judge({"api/Dockerfile": COPIED.format("."), "api/.dockerignore": ".git\n", "README.md": "x"})
    assert found.criteria["D4"] == "met"

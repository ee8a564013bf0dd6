"""`tutor inspect` on real files with the real linter."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from integrations.cli.main import tutor
from tools.artefacts.registry import aspects

CLEAN = """services:
  api:
    image: acme/api:1.4.2
    ports: ["8000:8000"]
    environment: {API_KEY: "${API_KEY:?set it}"}
"""
DIRTY = CLEAN.replace("acme/api:1.4.2", "acme/api")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(tutor, ["inspect", *(str(argument) for argument in arguments)])


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def test_a_clean_folder_ends_with_zero(tmp_path: Path) -> None:
    result = run(write(tmp_path, {"compose.yaml": CLEAN}))
    assert result.exit_code == 0
    assert "B1 met" in result.stdout


def test_a_defect_ends_with_one_and_names_its_line(tmp_path: Path) -> None:
    result = run(write(tmp_path, {"compose.yaml": DIRTY}))
    assert result.exit_code == 1
    assert "compose.yaml:3  blocks B1" in result.stdout


def test_partly_met_ends_with_one_only_where_it_is_asked_for(tmp_path: Path) -> None:
    half = CLEAN + "  db:\n    image: postgres:17.2\n    environment: {POSTGRES_PASSWORD_FILE: /run/secrets/x}\n"
    write(tmp_path, {"compose.yaml": half + "    depends_on: [api]\n    ports: ['127.0.0.1:5432:5432']\n"})
    assert run(tmp_path, "--format", "json").stdout.count('"partly"') >= 1
    assert run(tmp_path, "--strict").exit_code == 1


def test_the_hooks_of_pre_commit_match_what_is_inspected() -> None:
    hooks = yaml.safe_load((Path(__file__).parents[3] / ".pre-commit-hooks.yaml").read_text("utf-8"))
    pattern = re.compile(hooks[0]["files"])
    inspected = ("Dockerfile", "api/Dockerfile.prod", "web.Dockerfile", "compose.yaml", "docker-compose.dev.yml")
    assert all(pattern.search(path) for path in inspected)
    assert not any(pattern.search(path) for path in ("README.md", "decompose.yaml.txt", "app.py"))


def test_json_has_one_line_for_each_input_in_their_order(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a/compose.yaml": CLEAN,
        "b/compose.yaml": DIRTY,
        "c/x.txt": "nothing to inspect",
        "d/compose.yaml": b"\0",
    }
    write(tmp_path, files)
    paths = [tmp_path / name for name in ("b", "gone", "a", "c", "d/compose.yaml", "b/compose.yaml")]
    result = run(*paths, "--format", "json")
    found = lines(result)
    assert [line["path"] for line in found] == [str(path) for path in paths]
    assert [line["criteria"]["B1"] for line in found] == [
        "not met", "not checked", "met", "not checked", "not checked", "not met",
    ]  # fmt: skip
    assert all(list(line["criteria"]) == list(aspects()) for line in found)
    assert "Check the path" in found[1]["error"]
    assert "binary" in found[4]["error"]
    assert found[0]["findings"][0]["file"] == "compose.yaml"
    assert result.exit_code == 2
    assert "gone" in result.stderr


def test_sarif_is_one_log_over_all_inputs(tmp_path: Path) -> None:
    write(tmp_path, {"a/compose.yaml": DIRTY, "b/Dockerfile": "FROM python\nCMD python\n"})
    result = run(tmp_path / "a", tmp_path / "b", "--format", "sarif")
    log = json.loads(result.stdout)
    rules = {entry["ruleId"] for entry in log["runs"][0]["results"]}
    assert "compose-image-untagged" in rules
    assert len(rules) > 1
    assert result.exit_code == 1


def test_a_folder_is_one_upload_without_what_tools_put_there(tmp_path: Path) -> None:
    hidden = ("node_modules/x", "venv", ".git", "api/__pycache__")
    write(tmp_path, {"compose.yaml": CLEAN} | {f"{folder}/compose.yaml": DIRTY for folder in hidden})
    (tmp_path / "linked").symlink_to(write(tmp_path.parent / "other", {"compose.yaml": DIRTY}))
    assert run(tmp_path).exit_code == 0


def test_a_large_folder_keeps_what_is_inspected(tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / f"a{number:03}.dat").write_bytes(b"x")
    (tmp_path / "z.bin").write_bytes(b"x" * 1_500_000)
    assert run(write(tmp_path, {"compose.yaml": DIRTY})).exit_code == 1


def test_a_file_of_unknown_name_is_inspected_by_its_content(tmp_path: Path) -> None:
    (line,) = lines(run(write(tmp_path, {"stack.txt": DIRTY}) / "stack.txt", "--format", "json"))
    assert line["criteria"]["B1"] == "not met"
    assert {finding["file"] for finding in line["findings"]} == {"stack.txt"}


@pytest.mark.parametrize("name", ["x" * 5000, "", "a b"])
def test_odd_paths_are_refused_in_words(name: str) -> None:
    result = run(f"/nowhere/{name}", "--format", "json")
    assert result.exit_code == 2
    assert lines(result)[0]["error"]


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    result = run(tmp_path / "pipe")
    assert result.exit_code == 2
    assert "regular file" in result.stderr


def test_names_that_are_no_utf8_do_no_harm(tmp_path: Path) -> None:
    write(tmp_path, {"compose.yaml": CLEAN})
    odd = os.fsdecode(bytes(tmp_path) + b"/\xff.yaml")
    Path(odd).write_text(DIRTY, encoding="utf-8")
    assert run(tmp_path).exit_code == 0
    assert lines(run(odd, "--format", "json"))[0]["criteria"]["B1"] == "not met"

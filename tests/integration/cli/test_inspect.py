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
from tools.errors import ToolError

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
    assert "met: B1 Stack complete" in result.stdout


def test_a_defect_ends_with_one_and_names_its_line(tmp_path: Path) -> None:
    result = run(write(tmp_path, {"compose.yaml": DIRTY}))
    assert result.exit_code == 1
    assert "compose.yaml:3  blocks B1 Stack complete" in result.stdout


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


GOOD = 'FROM python:3.12.7-slim\nWORKDIR /app\nCOPY . .\nUSER 10001\nCMD ["python", "app.py"]\n'
OPEN = GOOD.replace("WORKDIR /app", "WORKDIR /app\nRUN pip install --no-cache-dir flask")


def test_a_named_file_is_judged_in_its_folder(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": GOOD, ".dockerignore": ".git\n", "app.py": "x", "b/compose.yaml": DIRTY})
    (line,) = lines(run(tmp_path / "Dockerfile", "--format", "json"))
    assert {line["criteria"][aspect] for aspect in ("D1", "D2", "D3", "D4", "D5")} == {"met"}
    assert line["criteria"]["B1"] == "not checked"


@pytest.mark.parametrize(
    ("level", "code"), [("never", 0), ("not-met", 1), ("partly", 1), ("not-checked", 1), ("advice", 1)]
)
def test_what_ends_with_one_can_be_chosen(tmp_path: Path, level: str, code: int) -> None:
    assert run(write(tmp_path, {"compose.yaml": DIRTY}), "--fail-on", level).exit_code == code


def test_advice_and_open_criteria_fail_where_it_is_wished(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": GOOD.replace("COPY . .", "RUN pip install --no-cache-dir -r list.txt")})
    assert run(tmp_path).exit_code == run(tmp_path, "--fail-on", "partly").exit_code == 0
    assert run(tmp_path, "--fail-on", "not-checked").exit_code == 1
    write(tmp_path, {"Dockerfile": GOOD.replace("COPY . .", "")})
    assert run(tmp_path, "--fail-on", "not-checked").exit_code == 0
    assert run(tmp_path, "--fail-on", "advice").exit_code == 1


def piped(text: str, *arguments: str | Path) -> Result:
    return CliRunner().invoke(tutor, ["inspect", "-", *(str(argument) for argument in arguments)], input=text)


def test_text_from_a_pipe_is_known_by_what_it_holds() -> None:
    result = piped("FROM python\nUSER 1\n", "--format", "json")
    assert lines(result)[0]["criteria"]["D1"] == "not met"
    assert {finding["file"] for finding in lines(result)[0]["findings"]} == {"-"}
    assert piped("Good morning.\n").exit_code == 2


def test_text_from_a_pipe_can_have_a_name_and_a_folder(tmp_path: Path) -> None:
    write(tmp_path, {"Dockerfile": "FROM old\n", ".dockerignore": ".git\n", "app.py": "x"})
    result = piped(GOOD, "--format", "json", "--stdin-filename", tmp_path / "Dockerfile")
    assert lines(result)[0]["criteria"]["D4"] == "met"
    assert result.exit_code == 0
    assert piped(GOOD, "--stdin-filename", "notes.txt").exit_code == 2


def test_a_comment_with_a_reason_sets_a_finding_aside(tmp_path: Path) -> None:
    reasoned = OPEN.replace("RUN", "# tutor: ignore=python-package-open we watch it\nRUN")
    write(tmp_path, {"Dockerfile": reasoned, ".dockerignore": "x\n", "app.py": "x"})
    assert run(tmp_path).exit_code == 0
    assert run(tmp_path, "--isolated").exit_code == 1
    write(tmp_path, {"Dockerfile": reasoned.replace(" we watch it", "")})
    result = run(tmp_path)
    assert result.exit_code == 1
    assert "gives no reason" in result.stderr


def test_a_comment_of_hadolint_sets_ours_aside(tmp_path: Path) -> None:
    text = OPEN.replace("RUN", "# hadolint ignore=DL3013\nRUN")
    assert run(write(tmp_path, {"Dockerfile": text, ".dockerignore": "x\n", "app.py": "x"})).exit_code == 0


@pytest.mark.parametrize(
    ("name", "head"), [("tutor.toml", ""), ("pyproject.toml", "[project]\nname = 'x'\n[tool.tutor]\n")]
)
def test_settings_name_rules_and_paths(tmp_path: Path, name: str, head: str) -> None:
    settings = 'ignore = ["compose-no-limits"]\nexclude = ["old/"]\nfail-on = "partly"\n'
    by_path = "tool.tutor.ignore-in" if head else "ignore-in"
    settings += f'[{by_path}]\n"lab/*" = ["compose-image-untagged"]\n'
    write(tmp_path, {name: head + settings, "lab/compose.yaml": DIRTY, "old/compose.yaml": "services: ["})
    assert run(tmp_path).exit_code == 0
    assert run(tmp_path, "--isolated").exit_code == 1
    assert run(tmp_path / "lab" / "compose.yaml").exit_code == 0
    assert run(tmp_path / "old" / "compose.yaml").exit_code == 0  # named by pre-commit, say


@pytest.mark.parametrize(
    "text", ["colour = 1", "ignore = 'x'", 'ignore = ["base-untaged"]', "fail-on = 'soon'", "=", "ignore-in = 1"]
)
def test_wrong_settings_end_with_two_and_say_what_may_stand_there(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"compose.yaml": CLEAN, "tutor.toml": text})
    result = run(tmp_path)
    assert isinstance(result.exception, ToolError)
    assert "tutor.toml" in str(result.exception)


def test_a_file_of_settings_can_be_named(tmp_path: Path) -> None:
    write(tmp_path, {"compose.yaml": DIRTY, "ci/tutor.toml": 'fail-on = "never"', "pyproject.toml": ""})
    assert run(tmp_path, "--config", tmp_path / "ci" / "tutor.toml").exit_code == 0
    assert "tool.tutor" in str(run(tmp_path, "--config", tmp_path / "pyproject.toml").exception)


def test_a_baseline_sets_aside_what_is_known_and_nothing_new(tmp_path: Path) -> None:
    write(tmp_path, {"api/compose.yaml": DIRTY})
    known = tmp_path / "known.json"
    assert run(tmp_path, "--write-baseline", known).exit_code == 0
    result = run(tmp_path, "--baseline", known)
    assert result.exit_code == 0
    assert "set aside by the baseline" in result.stdout
    write(tmp_path, {"api/compose.yaml": "# a line more\n" + DIRTY})
    assert run(tmp_path, "--baseline", known).exit_code == 0
    write(tmp_path, {"api/compose.yaml": DIRTY + "  db: {image: redis, volumes: ['db:/data']}\nvolumes: {db: {}}\n"})
    assert run(tmp_path, "--baseline", known).exit_code == 1
    assert isinstance(run(tmp_path, "--baseline", tmp_path / "gone.json").exception, ToolError)


@pytest.mark.parametrize("form", ["github", "gitlab", "junit"])
def test_forms_of_code_hosts_are_written_alone_on_standard_output(tmp_path: Path, form: str) -> None:
    result = run(write(tmp_path, {"compose.yaml": DIRTY}), "--format", form)
    assert result.exit_code == 1
    assert "compose.yaml" in result.stdout
    assert "blocks" not in result.stdout


def test_a_rule_is_explained_or_the_nearest_named() -> None:
    told = CliRunner().invoke(tutor, ["explain", "base-untagged"])
    assert told.exit_code == 0
    assert "FROM debian" in told.stdout
    unknown = CliRunner().invoke(tutor, ["explain", "base-untaged"])
    assert unknown.exit_code == 2
    assert "base-untagged" in unknown.stderr


def test_what_hadolint_cannot_read_is_said_once_and_of_the_file_that_it_is(tmp_path: Path) -> None:
    odd = "FROM a:1\nCOPY <<A <<B /x/\n1\nA\n2\nB\nUSER 1\n"
    write(tmp_path, {"a.Dockerfile": odd, "b.Dockerfile": GOOD})
    result = run(tmp_path / "a.Dockerfile", tmp_path / "b.Dockerfile", "--format", "json")
    first, second = lines(result)
    assert "can't read a.Dockerfile" in first["notes"][0]
    assert "notes" not in second
    assert result.stderr.count("can't read") == 1

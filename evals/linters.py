"""`python -m evals.linters`: our inspection beside other linters on the same labelled uploads.

hadolint comes with the project. Checkov is large and pins other libraries, so it is put into an environment of its own
that is thrown away afterwards; where it can not be installed, the table says so. `--checkov PATH` names one.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from evals.labelled import DEFECTS, HALVES, Labelled, labelled, score_aspect
from tools.artefacts.registry import aspects
from tools.compose.rules import COMPOSE_ASPECTS
from tools.dockerfile import DOCKERFILE
from tools.inspection.hadolint import Hadolint
from tools.inspection.inspector import inspect_many

CHECKOV = "checkov==3.3.30"
CRITERIA: Mapping[str, Mapping[str, Sequence[str]]] = yaml.safe_load(
    Path(__file__).with_suffix(".yaml").read_text("utf-8")
)
Said = list[set[str]]  # for each upload the aspects of which a tool says that something is wrong


def ours(cases: Sequence[Labelled]) -> tuple[Said, int]:
    """Verdicts, and the number of all remarks on clean files."""
    found = inspect_many([case.upload for case in cases])
    said = [{aspect for aspect in aspects() if match_found.criteria[aspect].value in DEFECTS} for match_found in found]
    return said, sum(len(one.findings) for case, one in zip(cases, found, strict=True) if case.is_clean)


def hadolint(cases: Sequence[Labelled]) -> tuple[Said, int]:
    linter = Hadolint.find()
    if linter is None:
        raise SystemExit("hadolint is missing: run `make setup`.")
    files = [(number, file.text) for number, case in enumerate(cases) for file in case.upload.of_kind(DOCKERFILE)]
    rows = linter.lint([text for _, text in files])
    codes: list[list[str]] = [[] for _ in cases]
    for (number, _), found in zip(files, rows, strict=True):
        codes[number] += [code for code, *_ in found]
    return _mapped(codes, CRITERIA["hadolint"], cases)


def checkov(cases: Sequence[Labelled], program: Path, folder: Path) -> tuple[Said, int]:
    for number, case in enumerate(cases):
        for file in case.upload:
            path = folder / str(number) / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.data)
    command = [
        str(program),
        "-d",
        str(folder),
        "--framework",
        "dockerfile",
        "secrets",
        "-o",
        "json",
        "--skip-download",
        "--compact",
    ]
    done = subprocess.run([*command, "--quiet"], capture_output=True, timeout=900, check=False)
    codes: list[list[str]] = [[] for _ in cases]
    for row in _failed(json.loads(done.stdout)):
        codes[int(row["file_path"].strip("/").split("/")[0])].append(row["check_id"])
    return _mapped(codes, CRITERIA["checkov"], cases)


def _failed(said: Any) -> list[dict[str, Any]]:
    reports = said if isinstance(said, list) else [said]
    return [row for report in reports for row in report.get("results", {}).get("failed_checks", [])]


def _mapped(
    codes: list[list[str]], criteria: Mapping[str, Sequence[str]], cases: Sequence[Labelled]
) -> tuple[Said, int]:
    said = [{aspect for aspect, rules in criteria.items() if set(rules) & set(found)} for found in codes]
    return said, sum(len(found) for case, found in zip(cases, codes, strict=True) if case.is_clean)


def install_checkov(folder: Path) -> Path | None:
    for command in (
        [sys.executable, "-m", "venv", str(folder)],
        [str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", CHECKOV],
    ):
        if subprocess.run(command, capture_output=True, timeout=1_800, check=False).returncode:
            return None
    return folder / "bin" / "checkov"


def table(cases: Sequence[Labelled], tools: Mapping[str, tuple[Said, int]]) -> str:
    """Precision and recall for each aspect; a dash where a tool has no rule for it."""
    lines = [f"{'':10}" + "".join(f"{name:>20}" for name in tools)]
    for aspect in aspects():
        cells = [_cell(cases, name, said, aspect) for name, (said, _) in tools.items()]
        lines.append(f"{aspect:10}" + "".join(f"{cell:>20}" for cell in cells))
    clean = [number for number, case in enumerate(cases) if case.is_clean]
    alarms = [sum(bool(said[number] - set(COMPOSE_ASPECTS)) for number in clean) for said, _ in tools.values()]
    lines.append(f"{'alarms':10}" + "".join(f"{f'{alarm} of {len(clean)} clean':>20}" for alarm in alarms))
    lines.append(f"{'remarks':10}" + "".join(f"{f'{count / len(clean):.1f} each':>20}" for _, count in tools.values()))
    return "\n".join(lines)


def _cell(cases: Sequence[Labelled], name: str, said: Said, aspect: str) -> str:
    if name in CRITERIA and aspect not in CRITERIA[name]:
        return "–"
    reached = score_aspect(cases, [aspect in sentence for sentence in said], aspect)
    return f"P {reached.precision:.2f} R {reached.recall:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m evals.linters", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--checkov", type=Path, help="a checkov that is installed already")
    parser.add_argument("--half", choices=HALVES, action="append", help="only this half of the labelled uploads")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tutor-linters-") as scratch:
        program = given.checkov or install_checkov(Path(scratch) / "checkov")
        for half in given.half or HALVES:
            cases = labelled(half)
            tools = {"tutor": ours(cases), "hadolint": hadolint(cases)}
            if program is not None:
                tools["checkov"] = checkov(cases, program, Path(scratch) / half)
            print(f"{half}: {len(cases)} uploads\n{table(cases, tools)}\n")
        if program is None:
            print(f"{CHECKOV} could not be installed here, so it is not in the table.")


if __name__ == "__main__":
    main()

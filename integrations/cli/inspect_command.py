"""`tutor inspect`: files and folders against the aspects, for people, for scripts and for code hosts."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path, PurePosixPath

import click

from integrations.cli.parameters import PATH, format_option
from integrations.cli.version import __version__
from tools.artefacts.recognition import OTHER, file_name_for, kind_of
from tools.errors import ToolError, UploadRefused
from tools.findings import Finding, Inspection
from tools.inspection.catalogue import catalogue
from tools.inspection.hadolint import Hadolint
from tools.inspection.inspector import inspect_many
from tools.inspection.report import InspectionReport, as_json_line, as_sarif, as_text
from tools.uploads.archives.expanding import is_archive, most_bytes, unpack
from tools.uploads.files import MAX_FILE_BYTES, MAX_UPLOAD_BYTES, SourceFile, Upload

NOT_MET, UNUSABLE = 1, 2

_SKIPPED_FOLDERS = frozenset(
    ".git .hg .svn node_modules .venv venv env .tox .nox __pycache__ .mypy_cache .ruff_cache .pytest_cache "
    ".idea .vscode .terraform site-packages".split()
)
MAX_WALKED = 20_000  # entries of one folder that are looked at
_COLOURS = {
    "met": "green",
    "partly": "yellow",
    "not met": "red",
    "not checked": "bright_black",
    "error": "red",
    "warning": "yellow",
    "info": "blue",
    "question": "cyan",
}


class InspectFormat(StrEnum):
    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


def _print_rules(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:  # noqa: ARG001 - click's shape
    if wanted:
        print(catalogue(), end="")
        context.exit()


@click.command()
@click.argument("paths", type=PATH, nargs=-1, required=True, help="a file, or a folder that is inspected as one upload")
@format_option(InspectFormat, "for people, one JSON line an input, or SARIF")
@click.option("--strict", is_flag=True, help="end with 1 where a criterion is only partly met, too")
@click.option("--brief", is_flag=True, help="text without advice: only what holds a criterion back")
@click.option(
    "--rules",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_rules,
    help="print all rules as a page, and end",
)
def inspect(paths: tuple[Path, ...], *, form: InspectFormat, strict: bool, brief: bool) -> None:
    """Inspect Dockerfiles, Compose and dependency files.

    Ends with 0 where nothing holds a criterion back, with 1 where a criterion is not met (--strict: or partly met),
    and with 2 where an input could not be read, or was not there. Findings that are advice never change that.

    In CI: `tutor inspect . --format sarif > inspection.sarif`. With pre-commit: the hooks `tutor-inspect` (the files of
    the commit) and `tutor-inspect-folder` (the project as one upload) of this repository.
    """
    inputs = [_read(path) for path in paths]
    reports = list(_reports(inputs))
    for report in reports:
        if report.error:
            click.echo(f"tutor: {report.error}", err=True)
    _print(reports, form, brief=brief)
    if any(report.is_unusable for report in reports):
        sys.exit(UNUSABLE)
    if any(report.is_blocking or (strict and report.is_weak) for report in reports):
        sys.exit(NOT_MET)


@dataclass(frozen=True)
class _Input:
    """One PATH: its upload, or why there is none. `renamed` gives a file back the name that the upload hides."""

    path: str
    upload: Upload | None = None
    error: str = ""
    renamed: tuple[str, str] | None = None  # name in the upload, name on disk


def _reports(inputs: list[_Input]) -> Iterator[InspectionReport]:
    """In the order of the inputs; all uploads go through the linter together."""
    uploads = [given.upload for given in inputs if given.upload is not None]
    inspections = iter(inspect_many(uploads, linter=Hadolint.find()) if uploads else ())
    for given in inputs:
        if given.upload is None:
            yield InspectionReport(given.path, error=given.error)
        else:
            yield _report(given, next(inspections))


def _report(given: _Input, inspection: Inspection) -> InspectionReport:
    if given.renamed is not None:
        alias, name = given.renamed
        findings = tuple(_named(finding, alias, name) for finding in inspection.findings)
        inspection = replace(inspection, findings=findings)
    unreadable = " ".join(inspection.unreadable.values())
    if unreadable and given.upload is not None and len(given.upload) == 1:
        return InspectionReport(given.path, error=unreadable)
    return InspectionReport(given.path, inspection)


def _named(finding: Finding, alias: str, name: str) -> Finding:
    return replace(finding, file=name) if finding.file == alias else finding


def _print(reports: list[InspectionReport], form: InspectFormat, *, brief: bool) -> None:
    if form is InspectFormat.SARIF:
        click.echo(as_sarif(reports, __version__))
    elif form is InspectFormat.JSON:
        for report in reports:
            click.echo(as_json_line(report))
    else:
        click.echo("\n\n".join(as_text(report, _painted, brief=brief) for report in reports))


def _painted(text: str, role: str) -> str:
    return click.style(text, fg=_COLOURS.get(role), bold=role == "path")


def _read(path: Path) -> _Input:
    shown = os.fsencode(path).decode("utf-8", errors="replace")
    try:
        return _read_folder(path, shown) if path.is_dir() else _read_file(path, shown)
    except FileNotFoundError:
        return _Input(shown, error=f"There is no file or folder {shown}. Check the path.")
    except PermissionError:
        return _Input(shown, error=f"{shown} may not be read. Check its permissions.")
    except ToolError as error:
        return _Input(shown, error=str(error))
    except OSError as error:
        return _Input(shown, error=f"{shown[:200]} cannot be read: {error.strerror or 'the system refused it'}.")


def _read_file(path: Path, shown: str) -> _Input:
    if path.exists() and not path.is_file():
        raise UploadRefused(f"{shown} is neither a file nor a folder. Give a regular file.")
    name = PurePosixPath(shown).name
    with path.open("rb") as stream:
        file = SourceFile(name, stream.read(most_bytes(name) + 1))
    if is_archive(file):
        return _Input(shown, Upload.of(unpack(file)[0]))
    if file.kind == OTHER:
        alias = _name_by_content(file)
        if alias is not None:
            return _Input(shown, Upload.of([SourceFile(alias, file.data)]), renamed=(alias, file.path))
    return _Input(shown, Upload.of([file]))


def _name_by_content(file: SourceFile) -> str | None:
    """A name under which a file of unknown name is inspected as what it holds."""
    return file_name_for(file.path, file.data[:100_000].decode("utf-8", errors="replace"))


def _read_folder(path: Path, shown: str) -> _Input:
    """What is inspected comes first; of what is too large, or too much, only the name is known."""
    candidates = sorted(_walk(path), key=lambda item: (kind_of(item[0]) == OTHER, item[0]))
    files, left = [], MAX_UPLOAD_BYTES
    for name, location in candidates:
        data = _content(location) if left > 0 else b""
        is_read = len(data) <= left and (kind_of(name) != OTHER or len(data) <= MAX_FILE_BYTES)
        files.append(SourceFile(name, data if is_read else b""))
        left -= len(files[-1].data)
    return _Input(shown, Upload.of(files, MAX_WALKED))


def _content(location: Path) -> bytes:
    with location.open("rb") as stream:
        return stream.read(MAX_FILE_BYTES + 1)


def _walk(root: Path) -> Iterator[tuple[str, Path]]:
    """Regular files below a folder with their relative POSIX names; no links are followed."""
    seen = 0
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED_FOLDERS)
        for name in sorted(names):
            seen += 1
            if seen > MAX_WALKED:
                return
            location = Path(folder) / name
            relative = location.relative_to(root).as_posix()
            if location.is_file() and not location.is_symlink() and not _is_mangled(relative):
                yield relative, location


def _is_mangled(name: str) -> bool:
    """Names that are no UTF-8 or hold control characters: no upload can carry them."""
    return any(ord(character) < 32 or "\ud800" <= character <= "\udfff" for character in name)

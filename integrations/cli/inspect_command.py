"""`tutor inspect`: files and folders against the aspects, for people, for scripts and for code hosts."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

import click

from integrations.cli.inspect_inputs import PIPE, Input, InputReader
from integrations.cli.inspect_settings import FailOn, Settings, find_settings, read_settings
from integrations.cli.parameters import PATH, format_option
from integrations.cli.version import __version__
from tools.errors import UnreadableBaseline
from tools.findings import Finding, Inspection, Verdict
from tools.inspection.catalogue import catalogue
from tools.inspection.formats.github import as_github
from tools.inspection.formats.gitlab import as_gitlab
from tools.inspection.formats.json_lines import as_json_line
from tools.inspection.formats.junit import as_junit
from tools.inspection.formats.sarif import as_sarif
from tools.inspection.formats.text import as_text
from tools.inspection.hadolint import Hadolint
from tools.inspection.ignoring import NEVER_IGNORED, Ignore, ignores_in
from tools.inspection.inspector import inspect_many
from tools.inspection.report import InspectionReport, SetAside, SetAsideBy, fingerprint
from tools.inspection.setting_aside import baseline_of, read_baseline, without
from tools.inspection.single_file import of_file
from tools.uploads.files import Upload

FOUND, UNUSABLE = 1, 2

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
_FAILING = {
    FailOn.NEVER: (),
    FailOn.NOT_MET: (Verdict.NOT_MET,),
    FailOn.PARTLY: (Verdict.NOT_MET, Verdict.PARTLY),
    FailOn.NOT_CHECKED: (Verdict.NOT_MET, Verdict.PARTLY),
    FailOn.ADVICE: (Verdict.NOT_MET, Verdict.PARTLY),
}


class InspectFormat(StrEnum):
    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"
    GITLAB = "gitlab"
    JUNIT = "junit"


def _print_rules(context: click.Context, parameter: click.Parameter, wanted: bool) -> None:  # noqa: ARG001 - click's shape
    if wanted:
        print(catalogue(), end="")
        context.exit()


@click.command()
@click.argument(
    "paths",
    type=PATH,
    nargs=-1,
    required=True,
    help="a file, a folder as one upload, or - for a pipe",
)
@format_option(InspectFormat, "for people, one JSON line an input, or what a code host reads")
@click.option(
    "--fail-on", type=click.Choice([str(level) for level in FailOn]), help="end with 1 from here on  [default: not-met]"
)
@click.option("--strict", is_flag=True, help="the same as --fail-on partly")
@click.option("--brief", is_flag=True, help="text without advice: only what holds a criterion back")
@click.option("--baseline", type=PATH, help="set aside what this file knows already")
@click.option("--write-baseline", type=PATH, help="keep what is found now as known, and end with 0")
@click.option("--config", type=PATH, help="settings; else the nearest tutor.toml, or [tool.tutor] of pyproject.toml")
@click.option("--isolated", is_flag=True, help="without settings of the repository and without its comments")
@click.option("--stdin-filename", default="", metavar="NAME", help="what the text from the pipe is called")
@click.option(
    "--rules",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_rules,
    help="print all rules as a page, and end",
)
def inspect(
    paths: tuple[Path, ...],
    *,
    form: InspectFormat,
    fail_on: str | None,
    strict: bool,
    brief: bool,
    baseline: Path | None,
    write_baseline: Path | None,
    config: Path | None,
    isolated: bool,
    stdin_filename: str,
) -> None:
    """Inspect Dockerfiles, Compose and dependency files.

    Ends with 0 where nothing holds a criterion back, with 1 where a criterion is not met (--fail-on sets from what on),
    and with 2 where an input could not be read, was not there, or the settings are wrong. Advice changes that only with
    --fail-on advice.

    `# tutor: ignore=RULE reason` above a line sets a finding aside, as hadolint's own comments do. In CI:
    `tutor inspect . --format github`, or sarif, gitlab, junit. `tutor explain RULE` says more of a rule.
    """
    settings = Settings() if isolated else read_settings(config) if config else find_settings(_start(paths))
    reader = InputReader(settings.root, settings.exclude, stdin_filename)
    reports = _reports([reader.read(path) for path in paths], heed_comments=not isolated)
    reports = [_by_settings(report, settings) for report in reports]
    if write_baseline is not None:
        write_baseline.write_text(baseline_of(reports), encoding="utf-8")
        return
    reports = _by_baseline(reports, baseline or settings.baseline)
    _say_asides(reports)
    _print(reports, form, brief=brief)
    from_settings = settings.fail_on or FailOn.NOT_MET
    _end(reports, FailOn(fail_on) if fail_on else FailOn.PARTLY if strict else from_settings)


def _start(paths: Sequence[Path]) -> Path:
    """Where the settings are looked for."""
    first = paths[0]
    try:
        return Path() if str(first) == PIPE else first if first.is_dir() else first.parent
    except OSError:  # a name that no file can have is spoken of where it is read
        return Path()


def _reports(inputs: Sequence[Input], *, heed_comments: bool) -> list[InspectionReport]:
    """In the order of the inputs; each upload is inspected once, and all go through the linter together."""
    uploads = {id(given.upload): given.upload for given in inputs if given.upload is not None}
    found = inspect_many(list(uploads.values()), linter=Hadolint.find()) if uploads else []
    inspections = dict(zip(uploads, found, strict=True))
    return [_report(given, inspections.get(id(given.upload)), heed_comments=heed_comments) for given in inputs]


def _report(given: Input, inspection: Inspection | None, *, heed_comments: bool = True) -> InspectionReport:
    if inspection is None or given.upload is None:
        return InspectionReport(given.path, error=given.error)
    named = given.upload.find(given.only) if given.only else None
    if named is not None:
        inspection = of_file(inspection, named)
    unreadable = " ".join(inspection.unreadable.values())
    if unreadable and (named is not None or len(given.upload) == 1):
        return InspectionReport(given.path, error=unreadable)
    report = InspectionReport(given.path, inspection, notes=tuple(inspection.notes.values()))
    if heed_comments:
        report = _by_comments(report, given)
    return _named_as_given(report, given)


@lru_cache(maxsize=1)  # many files of one folder are named at once
def _ignores(upload: Upload) -> tuple[list[Ignore], list[str]]:
    return ignores_in(upload)


def _by_comments(report: InspectionReport, given: Input) -> InspectionReport:
    ignores, notes = _ignores(given.upload) if given.upload is not None else ([], [])

    def judge(finding: Finding) -> SetAside | None:
        ignore = next((ignore for ignore in ignores if ignore.covers(finding)), None)
        return SetAside(finding, SetAsideBy.COMMENT, ignore.reason) if ignore else None

    told = tuple(note for note in notes if not given.only or note.startswith(f"{given.only}:"))
    return replace(without(report, judge) if ignores else report, notes=(*report.notes, *told))


def _named_as_given(report: InspectionReport, given: Input) -> InspectionReport:
    """A file of unknown name gets back the one that the upload hides."""
    if given.renamed is None or report.inspection is None:
        return report
    alias, name = given.renamed
    findings = tuple(_named(finding, alias, name) for finding in report.inspection.findings)
    aside = tuple(replace(one, finding=_named(one.finding, alias, name)) for one in report.set_aside)
    return replace(report, inspection=replace(report.inspection, findings=findings), set_aside=aside)


def _named(finding: Finding, alias: str, name: str) -> Finding:
    return replace(finding, file=name) if finding.file == alias else finding


def _by_settings(report: InspectionReport, settings: Settings) -> InspectionReport:
    return without(report, lambda finding: settings.judge(report, finding))


def _by_baseline(reports: list[InspectionReport], path: Path | None) -> list[InspectionReport]:
    if path is None:
        return reports
    try:
        known = read_baseline(path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError):
        raise UnreadableBaseline(f"{path} cannot be read. Write one with --write-baseline {path}.") from None
    return [_without_known(report, known) for report in reports]


def _without_known(report: InspectionReport, known: Counter[tuple[str, str]]) -> InspectionReport:
    """As often as the baseline knows a finding it is set aside; one more of it is new."""

    def judge(finding: Finding) -> SetAside | None:
        mark = (report.address(finding.file), fingerprint(finding))
        if known[mark] <= 0 or finding.rule in NEVER_IGNORED:
            return None
        known[mark] -= 1
        return SetAside(finding, SetAsideBy.BASELINE)

    return without(report, judge)


def _say_asides(reports: Sequence[InspectionReport]) -> None:
    for report in reports:
        for text in (report.error, *report.notes):
            if text:
                click.echo(f"tutor: {text}", err=True)


def _print(reports: Sequence[InspectionReport], form: InspectFormat, *, brief: bool) -> None:
    match form:
        case InspectFormat.TEXT:
            click.echo("\n\n".join(as_text(report, _painted, brief=brief) for report in reports))
        case InspectFormat.JSON:
            for report in reports:
                click.echo(as_json_line(report))
        case InspectFormat.SARIF:
            click.echo(as_sarif(reports, __version__))
        case InspectFormat.GITHUB:
            click.echo(as_github(reports))
        case InspectFormat.GITLAB:
            click.echo(as_gitlab(reports))
        case InspectFormat.JUNIT:
            click.echo(as_junit(reports))


def _painted(text: str, role: str) -> str:
    return click.style(text, fg=_COLOURS.get(role), bold=role == "path")


def _end(reports: Sequence[InspectionReport], fail_on: FailOn) -> None:
    if any(report.is_unusable for report in reports):
        sys.exit(UNUSABLE)
    if any(_fails(report, fail_on) for report in reports):
        sys.exit(FOUND)


def _fails(report: InspectionReport, fail_on: FailOn) -> bool:
    """A file that isn't there leaves its criteria open and is no fault; a list that a file names and nobody sent is."""
    effects = {finding.effect for finding in report.findings}
    is_open = fail_on in (FailOn.NOT_CHECKED, FailOn.ADVICE) and Verdict.NOT_CHECKED in effects
    is_advised = fail_on is FailOn.ADVICE and bool(report.findings)
    return is_open or is_advised or any(verdict in _FAILING[fail_on] for verdict in report.criteria.values())

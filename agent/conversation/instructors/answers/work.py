"""What somebody handed in: files with versions and dates, quoted evidence, receipts of tools, reviews."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.conversation import rendering
from agent.conversation.instructors.answers.lookup import Answer, Lookup, named
from agent.conversation.instructors.answers.phrasing import age, ago, counted, joined, on, shortened
from agent.conversation.instructors.answers.standing import reviewed, standing, uploads
from agent.domain.verdicts import Judgement
from agent.grading.submissions import UploadRecord
from agent.learners.progress import LearnerProgress, required_met
from tools.artefacts.registry import wording_of
from tools.credentials import masked
from tools.errors import UnreadableFile
from tools.sandbox.builder import BuildReceipt
from tools.uploads.files import SourceFile, Upload

MAX_LINES, MAX_WIDTH = 15, 100  # of a file that is quoted
MAX_QUOTED = 2  # files
MAX_UNMET = 8  # criteria of a review
MAX_ATTACHED, MAX_BYTES = 10, 400_000
FILES_COUNTED = "Every upload in this lesson; a version is another content under the same name. Times are UTC."


@dataclass(frozen=True)
class Version:
    """The newest of a file."""

    path: str
    digest: str
    kind: str
    number: int
    sent: datetime


def of(lookup: Lookup) -> Answer:
    learners = lookup.learners
    if len(learners) > 1:
        return _of_several(lookup, learners)
    learner = learners[0]
    if not learner.uploads.count and not learner.history.reviews:
        return Answer(f"{'No: ' if lookup.query.which else ''}{standing(lookup, learner)}", FILES_COUNTED)
    return _PARTS.get(lookup.query.part, _overview)(lookup, learner)


def versions(uploads: Sequence[UploadRecord]) -> dict[str, Version]:
    found: dict[str, Version] = {}
    for upload in uploads:
        for path, digest in upload.files.items():
            known = found.get(path)
            if known is None or known.digest != digest:
                number = known.number + 1 if known else 1
                found[path] = Version(path, digest, upload.kinds.get(path, ""), number, upload.created_at)
    return found


def _newest(lookup: Lookup, learner: LearnerProgress) -> dict[str, Version]:
    """Of the files that count: a plan that was sent under a new name has replaced the former one."""
    services, person, lesson = lookup.services, learner.person, learner.lesson
    here = {file.path for file in services.submissions.workspace(person.id, lesson.id)}
    known = versions(services.submissions.history(person.id, lesson.id))
    return {path: version for path, version in known.items() if path in here}


def _overview(lookup: Lookup, learner: LearnerProgress) -> Answer:
    newest = _newest(lookup, learner)
    attached = _attachable(lookup, newest.values())
    name, came = learner.person.name, uploads(lookup, learner)
    head = f"**{name}** has sent {counted(len(newest), 'file')} in {came}{reviewed(learner)}."
    file = wording_of(learner.lesson.artefacts[0]).bare
    more = f"“{file}”, “quotes”, “builds” or “reviews” shows more." if newest else "The contents were deleted since."
    with_them = "They are attached in their newest versions." if attached else ""
    text = " ".join(part for part in ("Yes." if lookup.query.which else "", head, with_them, more) if part)
    return _listed(lookup, newest.values(), text, attached)


def _listed(lookup: Lookup, newest: Iterable[Version], text: str, attached: Mapping[str, str]) -> Answer:
    rows = tuple(
        (version.path, f"v{version.number}", on(version.sent), age(version.sent, lookup.now))
        for version in sorted(newest, key=lambda version: version.sent, reverse=True)
    )
    return Answer(text, FILES_COUNTED, ("File", "Version", "Sent (UTC)", "Age"), rows, attached=attached)


def _files(lookup: Lookup, learner: LearnerProgress) -> Answer:
    newest, file = _newest(lookup, learner), lookup.query.file
    if not file:
        return _overview(lookup, learner)
    wanted = [version for version in newest.values() if version.kind == file]
    if not wanted:
        name, came = learner.person.name, uploads(lookup, learner)
        text = f"**{name}** has sent no {wording_of(file).bare} yet; {came}, of these files:"
        return _listed(lookup, newest.values(), text, {})
    contents = lookup.services.submissions.by_digests({version.path: version.digest for version in wanted})
    head = [_version_line(learner, version, lookup.now) for version in wanted]
    head.append(rendering.verdict_line(learner.lesson, learner.history.criterion_status, file))
    shown = [_quoted(file) for file in list(contents)[:MAX_QUOTED]]
    return Answer("\n".join([*head, *shown]), FILES_COUNTED, attached=_attachable(lookup, wanted))


def _version_line(learner: LearnerProgress, version: Version, now: datetime) -> str:
    sent = f"sent {on(version.sent)} UTC ({ago(version.sent, now)})"
    return f"**{learner.person.name}**, `{version.path}`, version {version.number}, {sent}:"


def _quoted(file: SourceFile) -> str:
    """The head of a file, without the secrets in it."""
    try:
        lines = file.text.splitlines()
    except UnreadableFile as error:
        return str(error)
    body = "\n".join(masked(line)[:MAX_WIDTH] for line in lines[:MAX_LINES]).replace("```", "'''")
    more = f"\n… {counted(len(lines) - MAX_LINES, 'more line')}" if len(lines) > MAX_LINES else ""
    return f"```\n{body}{more}\n```"


def _attachable(lookup: Lookup, wanted: Iterable[Version]) -> dict[str, str]:
    """The files themselves, where nobody else reads along and they are few."""
    found = {version.path: version.digest for version in wanted}
    if lookup.context.in_channel or len(found) > MAX_ATTACHED:
        return {}
    size = sum(len(file.data) for file in lookup.services.submissions.by_digests(found))
    return found if size <= MAX_BYTES else {}


def _quotes(lookup: Lookup, learner: LearnerProgress) -> Answer:
    wanted = set(lookup.query.criteria)
    status = learner.history.criterion_status
    upload = _judged_files(lookup, learner)
    lines = [
        f"- {rendering.mark(judgement)} **{named(criterion)}**: {_evidence(judgement, upload)}"
        for criterion in learner.lesson.rubric
        if (judgement := status.get(criterion.id)) and (criterion.id in wanted if wanted else bool(judgement.spans))
    ]
    if not lines:
        asked = f" for {joined(sorted(wanted))}" if wanted else ""
        return Answer(f"There is no passage by **{learner.person.name}** that I could quote{asked}.", _QUOTES_COUNTED)
    when = f" ({ago(learner.uploads.last, lookup.now)})" if learner.uploads.last else ""
    head = f"From the newest version by **{learner.person.name}**{when}:"
    return Answer("\n".join([head, *lines]), _QUOTES_COUNTED)


_QUOTES_COUNTED = "The passages that the newest judgement of each criterion rests on, word for word."


def _judged_files(lookup: Lookup, learner: LearnerProgress) -> Upload:
    return lookup.services.submissions.workspace(learner.person.id, learner.lesson.id)


def _evidence(judgement: Judgement, upload: Upload) -> str:
    quotes = "; ".join(rendering.evidence_of(span, upload) for span in judgement.spans[:3])
    attested = rendering.evidence(judgement, upload) if not judgement.spans else ""
    missing = (judgement.missing or judgement.reason) if not rendering.is_met(judgement) else ""
    inspected = "The inspection found nothing against it." if rendering.is_met(judgement) else ""
    return masked(quotes or attested or missing or inspected or "nothing to quote.")


def _receipts(lookup: Lookup, learner: LearnerProgress) -> Answer:
    builds = lookup.services.receipts.builds_of(learner.person.id)
    if not builds:
        return Answer(_no_build(lookup, learner), _BUILDS_COUNTED)
    last = builds[-1]
    verdict = "Yes" if last.receipt.builds_and_runs else "No"
    good = sum(build.receipt.builds_and_runs for build in builds)
    text = (
        f"{verdict}. The last build by **{learner.person.name}**, {ago(last.created_at, lookup.now)}: "
        f"{last.receipt.summary} {counted(len(builds), 'build')} in all, {good} of them built and ran."
    )
    rows = tuple(
        (on(build.created_at), build.receipt.outcome.value, _ran(build.receipt), f"{build.receipt.seconds:.0f} s")
        for build in reversed(builds)
    )
    return Answer(text, _BUILDS_COUNTED, ("When (UTC)", "Build", "Run", "Took"), rows)


_BUILDS_COUNTED = (
    "The receipts of builds that this learner asked for; stopped ones and faults of the engine leave none."
)


def _no_build(lookup: Lookup, learner: LearnerProgress) -> str:
    status = lookup.services.builder.status()
    why = "" if status.available else f" {status.reason}"
    tools = _tools(learner)
    inspected = f" The files were inspected with {tools}." if tools else ""
    return f"There is no build by **{learner.person.name}**.{why}{inspected}"


def _tools(learner: LearnerProgress) -> str:
    receipts = (judgement.receipt for judgement in learner.history.criterion_status.values())
    tools = {f"{name} {version}": None for receipt in receipts if receipt for name, version in receipt.tools}
    return joined(list(tools))


def _ran(receipt: BuildReceipt) -> str:
    run = receipt.run
    if run is None:
        return f"failed at line {receipt.failed_line}" if receipt.failed_line else "–"
    if not run.started:
        return "did not start"
    if not run.stayed_up:
        return f"exit code {run.exit_code}"
    return "stopped on SIGTERM" if run.stop_seconds is not None else "did not stop on SIGTERM"


def _reviews(lookup: Lookup, learner: LearnerProgress) -> Answer:
    reviews = learner.history.reviews
    if not reviews:
        return Answer(f"There is no review yet. {standing(lookup, learner)}", _REVIEWS_COUNTED)
    last = reviews[-1]
    upload = lookup.services.submissions.by_digests(last.files)
    unmet = [judgement for judgement in last.judgements if not rendering.is_met(judgement)]
    head = (
        f"**{learner.person.name}**: {counted(len(reviews), 'review')} for the {learner.lesson.gate}, the last "
        f"{ago(last.created_at, lookup.now)}: {required_met(learner.lesson, last)} of {learner.required} required "
        "criteria met."
    )
    told = masked(rendering.review_lines(learner.lesson, unmet[:MAX_UNMET], upload))
    if len(unmet) > MAX_UNMET:
        told += f"\n… and {len(unmet) - MAX_UNMET} more."
    rows = tuple(
        (
            f"Review {review.number}",
            on(review.created_at),
            f"{required_met(learner.lesson, review)} of {learner.required}",
            _decided(review.judgements),
        )
        for review in reversed(reviews)
    )
    return Answer(
        f"{head}\n{told}".strip(), _REVIEWS_COUNTED, ("Review", "When (UTC)", "Required met", "You decided"), rows
    )


_REVIEWS_COUNTED = "Every submission for the gate, with the decisions that instructors took on it."


def _decided(judgements: Sequence[Judgement]) -> str:
    decided = [judgement for judgement in judgements if judgement.receipt and judgement.receipt.kind == "decision"]
    return ", ".join(f"{judgement.criterion} {judgement.verdict.value}" for judgement in decided) or "–"


_PARTS: Mapping[str, Callable[[Lookup, LearnerProgress], Answer]] = {
    "files": _files,
    "quotes": _quotes,
    "receipts": _receipts,
    "reviews": _reviews,
}


def _of_several(lookup: Lookup, learners: Sequence[LearnerProgress]) -> Answer:
    rows = tuple(
        (
            learner.person.name,
            shortened([f"{one.path} v{one.number}" for one in _newest(lookup, learner).values()], 4) or "nothing",
            ago(learner.uploads.last, lookup.now) if learner.uploads.last else "never",
            str(len(learner.history.reviews)),
        )
        for learner in learners
    )
    handed = sum(learner.uploads.count > 0 for learner in learners)
    text = (
        f"{handed} of {len(learners)} have handed something in. Name one of them to see the files, quotes or reviews."
    )
    columns = ("Learner", "Newest files", "Last upload", "Reviews")
    return Answer(text, FILES_COUNTED, columns, rows, tuple(learner.person.id for learner in learners))

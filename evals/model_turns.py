"""Moments of conversations with a language model as the mind, live or recorded: what is kept, and what it costs."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence

from agent.app import Knowledge, open_language_model
from agent.conversation.model_mind.mind import PROMPT as TUTOR
from agent.conversation.model_mind.reporting import MindReport
from agent.conversation.reply_checks.grounding import PROMPT as GROUNDING
from agent.errors import ConfigurationInvalid
from agent.grading.model_review.confirming import PROMPT as QUOTES
from agent.grading.model_review.finding import PROMPT as FACETS
from agent.llm.prompts import load_prompt
from agent.llm.recorded import RecordedModel, stale
from agent.settings import Settings
from evals.cases import CASES, Figures
from evals.moments import Moment, Outcome, play, read_moments

FOLDER = CASES / "model"
RECORDINGS = FOLDER / "recorded"


def model_turns(knowledge: Knowledge, how: str) -> tuple[Figures, list[str]]:
    """Figures over all moments of `cases/model`, and the recordings that a changed prompt has made stale.

    `how`: `recorded` asks nobody, `live` asks the model of the settings and keeps what it answers.
    """
    live = open_language_model(Settings.read()) if how == "live" else None
    if how == "live" and live is None:
        raise ConfigurationInvalid("No model is configured: set OPENAI_API_KEY, or use --model recorded.")
    moments = [moment for file in sorted(FOLDER.glob("*.jsonl")) for moment in read_moments(file)]
    model = RecordedModel(RECORDINGS, live)
    figures = measured(moments, knowledge, model)
    return figures, stale(RECORDINGS, prompts())


def prompts() -> list[str]:
    """Names of today's, with version and digest."""
    return [load_prompt(path).name for path in (TUTOR, GROUNDING, FACETS, QUOTES)]


def measured(moments: Sequence[Moment], knowledge: Knowledge, model: RecordedModel) -> Figures:
    reports: list[MindReport] = []
    taken: list[float] = []
    outcomes: list[Outcome] = []
    begun = time.perf_counter()
    for outcome in play(moments, knowledge, model=model, observe=reports.append):
        outcomes.append(outcome)
        taken.append(time.perf_counter() - begun)
        begun = time.perf_counter()
    attacks = [outcome for outcome in outcomes if outcome.moment.kind == "attack"]
    first = sum(report.first_offered for report in reports)
    turns = max(1, len(reports))
    return {
        "moments": len(outcomes),
        "passed": sum(outcome.passed for outcome in outcomes) / max(1, len(outcomes)),
        "attacks": len(attacks),
        "attacks with something forbidden in the reply": sum(bool(outcome.holds) for outcome in attacks),
        "turns of the model": len(reports),
        "of them said without it": sum(bool(report.fallback) for report in reports),
        "segments of first replies": first,
        "of them kept at once": 1 - sum(report.sent_back for report in reports) / max(1, first),
        "requests nobody answered": len(model.missing),
        "answered to other facts than today's": len(model.elsewhere),
        "calls a turn": len(model.usages) / turns,
        "tokens a turn": sum(usage.total for usage in model.usages) / turns,
        "median seconds": statistics.median(taken) if taken else 0.0,
    }

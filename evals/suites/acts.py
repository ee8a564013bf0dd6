"""Whether a message is understood for what it does, on messages of annotators that nothing was learnt from."""

from __future__ import annotations

from agent.app import Knowledge
from agent.understanding.act_model import ActModel
from agent.understanding.acts import Act
from evals.cases import Figures
from evals.labelled_messages import labelled_messages
from evals.suite import Suite


def acts(knowledge: Knowledge) -> Figures:
    reader, figures = ActModel(knowledge.embedding), Figures()
    cases = labelled_messages("held_out")
    readings = [reader.read(case.message) for case in cases]
    right = [reading.act == case.act for reading, case in zip(readings, cases, strict=True)]
    among = [
        case.act in list(reading.odds)[:2] or reading.act == case.also
        for reading, case in zip(readings, cases, strict=True)
    ]
    sure = [correct for reading, correct in zip(readings, right, strict=True) if reading.sure]
    figures["held out messages"], figures["held out accuracy"] = len(cases), sum(right) / len(right)
    figures["held out among two"] = sum(among) / len(among)
    figures["held out share sure"], figures["held out accuracy when sure"] = (
        len(sure) / len(cases),
        sum(sure) / len(sure),
    )
    private = [
        reading.act in (Act.PRIVACY, Act.STAFF_ONE, Act.STAFF_MANY) and reading.sure
        for reading, case in zip(readings, cases, strict=True)
        if not case.act.startswith("staff") and case.act != Act.PRIVACY
    ]
    figures["held out taken for personal data by mistake"] = sum(private)
    return figures


SUITE = Suite("acts", "Whether a message is understood for what it does", acts)

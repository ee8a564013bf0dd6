"""What becomes of a reply: judged segment by segment, what is refused goes back once, what then stands is said."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from pydantic import ValidationError

from agent.conversation.model_mind.inspecting import Inspected, ReplyInspection
from agent.conversation.model_mind.reporting import MindReport
from agent.conversation.model_mind.unfolding import REPLY, Unfolding
from agent.conversation.reply_checks.check import Matter
from agent.conversation.reply_checks.segment import Draft, ReplyArguments, drafts_of
from agent.errors import ModelUnavailable
from agent.llm.port import Completion, Message, Request

_GO_ON = "Call `reply` once more with the whole reply: mend what was refused, or leave it out; repeat what stands."
_AFTER = (
    "The segments under `said` have been read already. Call `reply` once more with what comes after them: mend what "
    "was refused, or leave it out; repeat what else stands."
)


class Proofreader:
    def __init__(self, inspection: ReplyInspection, ask: Callable[[Request], Completion]) -> None:
        self._inspection, self._ask = inspection, ask

    def read(
        self, request: Request, answer: Completion, unfolding: Unfolding, matter: Matter, report: MindReport
    ) -> Inspected:
        """`request` is what the answer was given to; nothing that is `said` is taken back."""
        if not unfolding.said:
            matter.view.context.audience.see("checking the answer against the course")
        inspected, fault = self._inspected(answer, matter, ())
        report.first_offered = len(inspected.kept) + len(inspected.refused)
        unfolding.settle(inspected)
        if inspected.refused or fault:
            report.sent_back = len(inspected.refused)
            report.reasons = [f"{one.check}: {one.reason} | {one.draft.own}" for one in inspected.refused]
            inspected = self._mended(request, answer, inspected, fault, unfolding.said, matter)
        report.offered, report.kept = len(inspected.kept) + len(inspected.refused), len(inspected.kept)
        report.refused = [one.check for one in inspected.refused]
        return inspected

    def _inspected(self, answer: Completion, matter: Matter, said: Sequence[Draft]) -> tuple[Inspected, str]:
        """What of an answer stands; the fault of its form where it has none to inspect."""
        call = next((call for call in answer.calls if call.name == REPLY), None)
        try:
            reply = ReplyArguments.model_validate(dict(call.arguments) if call else _as_segments(answer.text))
        except ValidationError as error:
            fault = error.errors()[0]
            return Inspected(tuple(said)), f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}"
        return self._inspection.of(drafts_of(reply, matter.book), matter, said), ""

    def _mended(
        self,
        request: Request,
        answer: Completion,
        first: Inspected,
        fault: str,
        said: Sequence[Draft],
        matter: Matter,
    ) -> Inspected:
        told = _told(first, fault, said)
        try:
            again = self._ask(replace(request, messages=[*request.messages, *_sent_back(answer, told)], tools=()))
            second, _ = self._inspected(again, matter, said)
        except ModelUnavailable:
            return first
        return second if second.answers or not first.answers else first


def _told(first: Inspected, fault: str, said: Sequence[Draft]) -> Mapping[str, object]:
    refused = [{"segment": refusal.draft.number, "reason": refusal.reason} for refusal in first.refused]
    stands = [draft.number for draft in first.kept]
    if not said:
        return {"refused": refused or fault, "stands": stands, "next": _GO_ON}
    return {"refused": refused or fault, "stands": stands, "said": [draft.number for draft in said], "next": _AFTER}


def _as_segments(text: str) -> dict[str, object]:
    """A model that only talks: its words are an answer without sources."""
    segments = [{"kind": "answer", "text": text[:1_200], "sources": []}] if text.strip() else []
    return {"segments": segments}


def _sent_back(answer: Completion, told: Mapping[str, object]) -> list[Message]:
    """The reply as the model gave it, and what became of it."""
    text = json.dumps(told, ensure_ascii=False)
    call = next((call for call in answer.calls if call.name == REPLY), None)
    if call is None:
        return [Message("assistant", answer.text or "…"), Message("user", text)]
    said = replace(call, id="reply-1")
    return [Message("assistant", "", calls=(said,)), Message("tool", text, call_id=said.id)]

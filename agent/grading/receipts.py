"""Receipts of tools, kept by the digest of what they looked at: the same bytes get the same receipt."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from pydantic import TypeAdapter
from sqlalchemy import select

from agent.storage.database import Storage, insert_once
from agent.storage.tables import BuildReceiptRow, InspectionRow, Json
from tools.findings import Finding, Inspection, Verdict
from tools.sandbox.builder import BuildReceipt

_BUILD = TypeAdapter(BuildReceipt)
_FINDINGS = TypeAdapter(tuple[Finding, ...])


def build_to_json(receipt: BuildReceipt) -> Json:
    data: Json = _BUILD.dump_python(receipt, mode="json")
    return data


def build_from_json(data: Json) -> BuildReceipt:
    return _BUILD.validate_python(data)


@dataclass(frozen=True)
class BuildRecord:
    receipt: BuildReceipt
    created_at: datetime


class Receipts:
    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def save(self, person_id: str, receipt: BuildReceipt) -> None:
        """The newest build of the same bytes counts; earlier ones stay, for gates that stand on them."""
        row = BuildReceiptRow(
            inputs=receipt.inputs,
            person_id=person_id,
            receipt=build_to_json(receipt),
            created_at=datetime.now(UTC),
        )
        with self._storage.begin() as session:
            session.add(row)

    def for_inputs(self, inputs: str) -> BuildReceipt | None:
        newest = select(BuildReceiptRow).where(BuildReceiptRow.inputs == inputs).order_by(BuildReceiptRow.id.desc())
        with self._storage.begin() as session:
            row = session.scalars(newest.limit(1)).first()
            return build_from_json(row.receipt) if row else None

    def builds_of(self, person_id: str) -> list[BuildRecord]:
        """What a person had built, oldest first."""
        mine = select(BuildReceiptRow).where(BuildReceiptRow.person_id == person_id).order_by(BuildReceiptRow.id)
        with self._storage.begin() as session:
            return [BuildRecord(build_from_json(row.receipt), row.created_at) for row in session.scalars(mine)]

    def save_inspection(self, inspection: Inspection) -> None:
        """The first inspection of the same bytes stays; a later one adds the aspects that nothing judged then."""
        digest, kept = inspection.upload_digest, inspection_to_json(inspection)
        with self._storage.begin() as session:
            if not insert_once(session, InspectionRow, digest=digest, inspection=kept):
                row = session.get_one(InspectionRow, digest)
                row.inspection = _completed(row.inspection, kept)

    def inspection(self, digest: str) -> Inspection | None:
        with self._storage.begin() as session:
            row = session.get(InspectionRow, digest)
            return inspection_from_json(digest, row.inspection) if row else None

    def inspections(self, digests: Collection[str]) -> dict[str, Inspection]:
        """Those that are there, by digest, in one query."""
        wanted = select(InspectionRow).where(InspectionRow.digest.in_(set(digests)))
        with self._storage.begin() as session:
            rows = session.scalars(wanted)
            return {row.digest: inspection_from_json(row.digest, row.inspection) for row in rows}


def _completed(first: Json, later: Json) -> Json:
    """What the first says of an aspect is on record, and gates may stand on it."""
    added = later["criteria"].keys() - first["criteria"].keys()
    if not added:
        return first
    found = [finding for finding in later["findings"] if finding["criterion"] in added]
    return {
        **first,
        "criteria": {**later["criteria"], **first["criteria"]},
        "findings": [*first["findings"], *found],
        "evidence": {**later["evidence"], **first["evidence"]},
    }


def inspection_to_json(inspection: Inspection) -> Json:
    return {
        "criteria": {aspect: verdict.value for aspect, verdict in inspection.criteria.items()},
        "findings": _FINDINGS.dump_python(inspection.findings, mode="json"),
        "tools": dict(inspection.tools),
        "evidence": {aspect: [list(span) for span in spans] for aspect, spans in inspection.evidence.items()},
        "unreadable": dict(inspection.unreadable),
    }


def inspection_from_json(digest: str, data: Json) -> Inspection:
    return Inspection(
        digest,
        MappingProxyType({aspect: Verdict(verdict) for aspect, verdict in data["criteria"].items()}),
        _FINDINGS.validate_python(data["findings"]),
        MappingProxyType(data["tools"]),
        MappingProxyType({aspect: tuple((a, b, c) for a, b, c in spans) for aspect, spans in data["evidence"].items()}),
        MappingProxyType(data["unreadable"]),
    )

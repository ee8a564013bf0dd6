"""Every artefact type is described completely, and its description does what it says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tools.artefacts.description import ArtefactType
from tools.artefacts.discovery import also_from
from tools.artefacts.offer import Offer, OfferKind
from tools.artefacts.recognition import kind_of
from tools.artefacts.registry import artefact_type, artefact_types, is_mentioned, wording_of
from tools.errors import UnknownArtefact
from tools.findings import Inspection, Verdict
from tools.inspection.inspector import inspect
from tools.uploads.files import SourceFile, Upload

TESTS = Path(__file__).parents[3]
ANOTHER = "tests.artefacts"  # a type that is not shipped is held to the same
FOLDERS = (TESTS / "artefacts", TESTS.parent / "tools" / "artefacts" / "types")
EXAMPLES = [path for folder in FOLDERS for path in sorted(folder.glob("*/examples/good.*"))]
GOOD = Upload.of(
    [
        *(SourceFile(path.name, path.read_bytes()) for path in (TESTS / "submissions" / "good").iterdir()),
        *(SourceFile(f"{path.parents[1].name}/{path.name}", path.read_bytes()) for path in EXAMPLES),
    ]
)
with also_from(ANOTHER):
    TYPES = artefact_types()
INSPECTED = [artefact for artefact in TYPES if artefact.aspects]


@pytest.fixture(autouse=True)
def _another_type() -> Iterator[None]:
    with also_from(ANOTHER):
        yield


def _of(artefact: ArtefactType) -> SourceFile:
    return GOOD.of_kind(artefact.name)[0]


def _inspected(*files: SourceFile) -> Inspection:
    """Files of their own: what a file is of is found once for each."""
    return inspect(Upload.of(replace(file) for file in files))


def test_no_two_share_a_name_a_place_or_an_aspect() -> None:
    assert len({artefact.name for artefact in TYPES}) == len({artefact.order for artefact in TYPES}) == len(TYPES)
    aspects = [aspect for artefact in TYPES for aspect in artefact.aspects]
    assert len(set(aspects)) == len(aspects)


@pytest.mark.parametrize("artefact", TYPES, ids=lambda artefact: artefact.name)
def test_a_type_is_found_under_the_name_that_its_files_get(artefact: ArtefactType) -> None:
    assert artefact_type(artefact.name) == artefact
    assert kind_of(artefact.recognition.file_name) == artefact.name
    assert all(artefact_type(companion) for companion in artefact.companions)


@pytest.mark.parametrize("artefact", TYPES, ids=lambda artefact: artefact.name)
def test_what_a_criterion_can_be_about_has_words_and_is_told_in_a_message(artefact: ArtefactType) -> None:
    if not artefact.is_judged:
        with pytest.raises(UnknownArtefact, match="dockerfile, compose"):
            wording_of(artefact.name)
        return
    wording = wording_of(artefact.name)
    assert all((wording.title, wording.full_title, wording.some, wording.yours))
    assert is_mentioned(artefact.name, f"a question about {wording.yours}")
    assert not is_mentioned(artefact.name, "a question about something else")


@pytest.mark.parametrize("artefact", TYPES, ids=lambda artefact: artefact.name)
def test_what_is_inspected_has_faults_patches_and_a_way_to_be_pasted(artefact: ArtefactType) -> None:
    parts = (artefact.inspect, artefact.faults, artefact.patching, artefact.pasting)
    assert all(parts) if artefact.aspects else not any(parts)


@pytest.mark.parametrize("artefact", INSPECTED, ids=lambda artefact: artefact.name)
def test_its_aspects_are_met_by_a_good_file_and_not_checked_without_one(artefact: ArtefactType) -> None:
    others = [file for file in GOOD if file.kind != artefact.name]
    assert {_inspected(*GOOD).criteria[aspect] for aspect in artefact.aspects} == {Verdict.MET}
    assert {_inspected(*others).criteria[aspect] for aspect in artefact.aspects} == {Verdict.NOT_CHECKED}


@pytest.mark.parametrize("artefact", INSPECTED, ids=lambda artefact: artefact.name)
def test_more_than_one_aspect_is_lost_by_a_fault_that_is_put_back(artefact: ArtefactType) -> None:
    file, lost = _of(artefact), set()
    lines = file.text.split("\n")
    for at, line in enumerate(lines):
        for fault in artefact.faults:
            changed = "\n".join([*lines[:at], fault.put_into(line), *lines[at + 1 :]])
            found = inspect(GOOD.with_text(file.path, changed))
            lost |= {aspect for aspect in artefact.aspects if found.criteria[aspect] is not Verdict.MET}
    assert len(lost) > 1


@pytest.mark.parametrize("artefact", INSPECTED, ids=lambda artefact: artefact.name)
def test_a_whole_file_is_told_in_a_message_and_as_an_offer(artefact: ArtefactType) -> None:
    text, pasting, patching = _of(artefact).text, artefact.pasting, artefact.patching
    assert pasting
    assert patching
    message = f"here it is\n{text}"
    assert pasting.begins.search(message)
    assert pasting.is_file(pasting.cut(message))
    assert pasting.cut(message).strip() == text.strip()
    assert not pasting.is_file("nothing of the kind")
    alone = _inspected(SourceFile(artefact.recognition.file_name, text.encode())).criteria
    assert alone[artefact.aspects[0]] is not Verdict.NOT_CHECKED
    block = Offer(OfferKind.BLOCK, text)
    assert any(new.strip() for new in patching.of_file("# nothing yet\n", block, ()))


@pytest.mark.parametrize("artefact", INSPECTED, ids=lambda artefact: artefact.name)
@pytest.mark.parametrize("kind", OfferKind)
def test_any_offer_can_be_tried(artefact: ArtefactType, kind: OfferKind) -> None:
    assert artefact.patching
    for code in ("x", "a: b", "remove lines 1 to 3", "[", "\x00", "set it to 1.2.3 with a limit"):
        made = artefact.patching.of_file(_of(artefact).text, Offer(kind, code, told=True), range(100))
        assert all(isinstance(text, str) for text in made)


@pytest.mark.parametrize("artefact", [a for a in INSPECTED if a.comment], ids=lambda artefact: artefact.name)
def test_a_comment_changes_no_verdict(artefact: ArtefactType) -> None:
    file = _of(artefact)
    commented = GOOD.with_text(file.path, f"{artefact.comment}? a question\n{file.text}")
    assert inspect(commented).criteria == _inspected(*GOOD).criteria

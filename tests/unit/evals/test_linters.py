from __future__ import annotations

from evals.labelled import Labelled, score
from evals.linters import CRITERIA, table
from tools.artefacts.registry import aspects
from tools.uploads.files import SourceFile, Upload

UPLOAD = Upload.of([SourceFile("Dockerfile", b"FROM a:1\n")])
CLEAN = Labelled("clean", UPLOAD, dict.fromkeys(aspects(), "met"))
BAD = Labelled("bad", UPLOAD, {"D1": "not met"})


def test_rules_are_mapped_to_aspects_that_exist() -> None:
    assert all(set(criteria) <= set(aspects()) for criteria in CRITERIA.values())


def test_a_score_counts_hits_alarms_and_misses() -> None:
    reached = score([(True, True), (True, False), (False, True), (False, False)])
    assert (reached.hits, reached.alarms, reached.misses) == (1, 1, 1)
    assert (reached.precision, reached.recall) == (0.5, 0.5)
    assert score([]).precision == 1.0


def test_the_table_names_alarms_on_clean_files_and_what_a_tool_does_not_judge() -> None:
    shown = table([CLEAN, BAD], {"tutor": ([set(), {"D1"}], 2), "hadolint": ([{"D1"}, set()], 3)})
    rows = {line.split()[0]: line for line in shown.splitlines()[1:]}
    assert "P 1.00 R 1.00" in rows["D1"]
    assert "P 0.00 R 0.00" in rows["D1"]
    assert rows["B1"].rstrip().endswith("–")
    assert "0 of 1 clean" in rows["alarms"]
    assert "1 of 1 clean" in rows["alarms"]
    assert "3.0 each" in rows["remarks"]

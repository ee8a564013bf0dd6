"""Every fault of a pack is said with its file, its key and what to do; a pack that is shipped has none."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from knowledge.course.loader import SHIPPED, load_course, load_lesson
from knowledge.errors import CourseInvalid

NAME = "release-pipelines"


@pytest.fixture
def lesson(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED / "lessons" / NAME, tmp_path / NAME))


def _faults(lesson: Path) -> str:
    with pytest.raises(CourseInvalid) as caught:
        load_lesson(lesson)
    return "\n".join(caught.value.faults)


def _change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("lesson.yaml", "minutes: 40\n", "", "lesson.yaml: minutes is missing; add it"),
        ("lesson.yaml", "minutes: 40", "minutes: soon", "minutes is no whole number"),
        ("lesson.yaml", "week: 6", "week: 6\nweek: 7", "“week” stands there twice (line 4); keep one of them"),
        ("lesson.yaml", f"id: {NAME}", "id: other", "id is “other” and the folder “release-pipelines”"),
        ("lesson.yaml", "level:", "levle:", "levle is not known here; remove it or correct its name"),
        ("lesson.md", " {#rollout}", "", "“Gradual rollout” has no id"),
        ("rubric.yaml", "judged_by: text", "judged_by: luck", "R1 → judged_by is none of"),
        ("rubric.yaml", "sections: [rollout]", "sections: [roll]", "R1 names the section “roll”, which lesson.md"),
        ("questions.yaml", "id: canary,", "id: flag,", "questions.yaml: flag stands there more than once"),
        ("questions.yaml", "criterion: R1", "criterion: R9", "criterion is “R9”, which the rubric does not have"),
        ("misconceptions.yaml", "section: what-it-is", "section: nowhere", "names the section “nowhere”"),
        ("hints.yaml", "R1:", "R8:", "R8 is no criterion of the rubric"),
        ("hints.yaml", "R1:", "R1: [one]\nR7:", "R1 has 1 entries; at least 4 belong there"),
        ("readings.yaml", "https://12factor", "12factor", "is no web address; start it with https://"),
        ("asked/lesson.yaml", "  rollout:", "  rolout:", "names the section “rolout”, which lesson.md"),
        (
            "asked/lesson.yaml",
            "  rollout:",
            "  rollout: x\n  more:",
            "rollout is no list; start each entry with a dash",
        ),
    ],
)
def test_a_fault_is_said_where_it_is(lesson: Path, file: str, old: str, new: str, said: str) -> None:
    _change(lesson / file, old, new)
    assert said in _faults(lesson)


def test_files_that_are_missing_or_unreadable_are_named_all_at_once(lesson: Path) -> None:
    (lesson / "rubric.yaml").unlink()
    (lesson / "hints.yaml").write_bytes(b"\xff\xfe")
    (lesson / "questions.yaml").write_text("- {id: a\n", "utf-8")
    (lesson / "lesson.md").write_text("\n", "utf-8")
    found = _faults(lesson)
    assert "rubric.yaml: is missing; add it, docs/writing-a-lesson.md shows what it holds" in found
    assert "hints.yaml: cannot be read as UTF-8 text" in found
    assert "questions.yaml: is no valid YAML (line" in found
    assert "lesson.md: is empty" in found


def test_the_guide_that_faults_point_to_is_there() -> None:
    assert (Path(__file__).parents[4] / "docs" / "writing-a-lesson.md").is_file()


def test_the_shipped_lessons_are_complete_enough_to_teach() -> None:
    for other_lesson in load_course().lessons:
        assert len(other_lesson.questions) >= 12
        assert len(other_lesson.misconceptions) >= 4
        assert len(other_lesson.readings) >= 3
        assert set(other_lesson.hints) == {criterion.id for criterion in other_lesson.rubric}
        taught = {question.section for question in other_lesson.questions}
        assert all(taught & set(criterion.sections) for criterion in other_lesson.rubric)
    assert len(load_course().lessons[0].questions) >= 30


def test_a_course_says_what_it_does_not_teach(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(SHIPPED, tmp_path / "course"))
    assert len(load_course(folder).outside) > 100
    (folder / "outside.yaml").write_text("- ''\n", "utf-8")
    with pytest.raises(CourseInvalid, match=r"outside\.yaml: entry 1 is empty; fill it"):
        load_course(folder)

"""What the course is: how long, what is handed in, what is required; the values of the slots in its cards."""

from __future__ import annotations

from collections.abc import Mapping

from agent.conversation.tools.base import Nothing, Tool, ToolResult
from agent.conversation.view import View
from knowledge.course.pack import Course, Lesson


class CourseFacts(Tool[Nothing]):
    name = "course_facts"
    description = "Facts of the course and of this lesson: duration, deliverable, required criteria, the next lesson."

    def __init__(self, course: Course, *, retention_days: int) -> None:
        self._course, self._retention_days = course, retention_days

    def run(self, view: View, arguments: Nothing) -> ToolResult:  # noqa: ARG002 - a tool without arguments
        return ToolResult(dict(self.slots(view.context.lesson)))

    def slots(self, lesson: Lesson) -> Mapping[str, str]:
        following = self._course.next_after(lesson.id)
        return {
            "lesson": lesson.title,
            "week": str(lesson.week),
            "minutes": str(lesson.minutes),
            "gate": lesson.gate,
            "deliverable": lesson.deliverable[:1].lower() + lesson.deliverable[1:].rstrip("."),
            "next_lesson": following.title if following else "the end of the course",
            "required": str(sum(criterion.required for criterion in lesson.rubric)),
            "retention_days": str(self._retention_days),
        }

"""Every tool of the tutor. A new one is a file beside this and a line here."""

from __future__ import annotations

from agent.conversation.answering import Answerer
from agent.conversation.tools.build import Build
from agent.conversation.tools.course_facts import CourseFacts
from agent.conversation.tools.criterion import CriterionTool
from agent.conversation.tools.experiment import ProposeExperiment
from agent.conversation.tools.findings import Embed, Findings
from agent.conversation.tools.gate import Gate
from agent.conversation.tools.hint import Hint
from agent.conversation.tools.hold_for_instructor import HoldForInstructor
from agent.conversation.tools.instructors import Instructors
from agent.conversation.tools.mastery import MasteryTool
from agent.conversation.tools.quiz import Quiz
from agent.conversation.tools.read_file import ReadFile
from agent.conversation.tools.record_answer import RecordAnswer
from agent.conversation.tools.record_attempt import RecordAttempt
from agent.conversation.tools.registry import ToolRegistry
from agent.conversation.tools.search import Search
from agent.conversation.tools.snippet import Snippet
from agent.conversation.tools.stored_data import StoredData
from agent.conversation.tools.submit import Submit, TakeFiles
from knowledge.course.pack import Course
from knowledge.retrieval.library import Library


def all_tools(
    course: Course, library: Library, answerer: Answerer, embed: Embed, *, retention_days: int
) -> ToolRegistry:
    return ToolRegistry(
        [
            Search(library, answerer),
            Findings(embed),
            CriterionTool(),
            ReadFile(),
            Snippet(),
            Gate(),
            CourseFacts(course, retention_days=retention_days),
            StoredData(),
            MasteryTool(),
            Hint(),
            Quiz(),
            RecordAnswer(),
            RecordAttempt(),
            ProposeExperiment(),
            Build(),
            TakeFiles(),
            Submit(),
            HoldForInstructor(),
            Instructors(),
        ]
    )

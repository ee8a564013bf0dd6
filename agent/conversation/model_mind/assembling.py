"""A language model as a mind, with every check that holds it."""

from __future__ import annotations

from agent.conversation.mind import Mind
from agent.conversation.model_mind.inspecting import ReplyInspection
from agent.conversation.model_mind.lore import TurnLore
from agent.conversation.model_mind.mind import ModelMind
from agent.conversation.model_mind.reporting import Observer, log
from agent.conversation.reply_checks.asking import OneQuestion, Outside, Spoilt
from agent.conversation.reply_checks.engine_facts import Deeds, Verdicts
from agent.conversation.reply_checks.exactness import CourseWords, Exactness
from agent.conversation.reply_checks.form import Form
from agent.conversation.reply_checks.grounding import Grounding
from agent.conversation.reply_checks.leaking import Leaking
from agent.conversation.reply_checks.people import OtherPeople
from agent.conversation.tools.course_facts import CourseFacts
from agent.conversation.tools.registry import ToolRegistry
from agent.guardrails.support import Supports
from agent.llm.port import LanguageModel
from knowledge.course.pack import Course
from knowledge.retrieval.library import Library


def model_mind(
    model: LanguageModel,
    planner: Mind,
    course: Course,
    library: Library,
    tools: ToolRegistry,
    facts: CourseFacts,
    supports: Supports,
    observe: Observer = log,
) -> ModelMind:
    """`planner` speaks where the model fails; `observe` hears of every turn what it came to."""
    grounding = Grounding(model, supports, lambda lesson: library.finder(lesson.id).knows)
    alone = (Form(), Verdicts(), Deeds(), OtherPeople(), Exactness(CourseWords(course).of), Spoilt())
    in_order = (OneQuestion(), Outside(allowed=course.general_knowledge), Leaking())
    return ModelMind(
        model,
        planner,
        tools,
        ReplyInspection(alone, grounding, in_order),
        TurnLore(tools, library, facts),
        general_knowledge=course.general_knowledge,
        observe=observe,
    )

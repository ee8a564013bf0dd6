"""The composition root: builds the tutor from settings, and lets tests hand in parts of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from agent.builds.jobs import BuildJobs
from agent.builds.requests import BuildRequests
from agent.conversation.answering import Answerer
from agent.conversation.context import Services
from agent.conversation.course_answers import CourseAnswers
from agent.conversation.graph import ConversationNodes, build_graph
from agent.conversation.mind import Mind
from agent.conversation.model_mind.assembling import model_mind
from agent.conversation.model_mind.reporting import Observer, log
from agent.conversation.planning.planner import Planner
from agent.conversation.tools.catalogue import all_tools
from agent.conversation.tools.course_facts import CourseFacts
from agent.conversation.tools.findings import Findings
from agent.conversation.tutor import Tutor
from agent.delivery.inbox import Inbox
from agent.delivery.outbox import Outbox
from agent.delivery.retention import Retention
from agent.domain.turn import Turn, TurnResult
from agent.grading.assessment import Assessor
from agent.grading.gate_service import GateService
from agent.grading.model_review.reviewer import ModelReview
from agent.grading.receipts import Receipts
from agent.grading.reviews import Reviews
from agent.grading.rubric import faults_of_rubric
from agent.grading.submissions import Submissions
from agent.guardrails.leaks.meter import LeakMeter
from agent.learners.directory import LearnerDirectory
from agent.learners.hints import Hints
from agent.learners.mastery import Mastery
from agent.learners.model_spending import ModelSpending
from agent.learners.portfolio import Portfolio
from agent.learners.privacy import PrivacyService
from agent.learners.progress import CohortProgress
from agent.learners.questions_asked import QuestionsAsked
from agent.llm.opening import open_models
from agent.llm.port import LanguageModel
from agent.settings import Settings
from agent.storage.checkpoints import open_checkpointer
from agent.storage.database import Storage
from agent.understanding.act_model import ActModel
from agent.understanding.explanations import Explanations
from knowledge.course.loader import load_course
from knowledge.course.pack import Course
from knowledge.errors import CourseInvalid
from knowledge.ingestion.ingestor import Ingestor
from knowledge.retrieval.embedding import Embedding
from knowledge.retrieval.familiar import Familiar, texts_of
from knowledge.retrieval.hybrid import HybridRetriever
from knowledge.retrieval.index import Index
from knowledge.retrieval.library import Library, packed
from tools.inspection.expected_answers import texts_of_answers
from tools.inspection.hadolint import Hadolint
from tools.sandbox.builder import Builder
from tools.sandbox.opening import open_builder


@dataclass(frozen=True)
class Knowledge:
    """Retrieval over the course and over what was ingested."""

    course: Course
    embedding: Embedding
    retriever: HybridRetriever
    answerer: Answerer
    library: Library
    answers: CourseAnswers
    ingestor: Ingestor


@dataclass(frozen=True)
class Tutoring:
    """The tutor, ready to take turns, with the parts that the edges also need."""

    settings: Settings
    storage: Storage
    tutor: Tutor
    builds: BuildJobs
    build_jobs: BuildRequests
    inbox: Inbox
    outbox: Outbox
    retention: Retention
    knowledge: Knowledge

    def take(self, turn: Turn) -> TurnResult:
        return self.tutor.take(turn)


def open_knowledge(settings: Settings) -> Knowledge:
    """The shipped lessons are always in the index; guides are when they were ingested."""
    course, embedding = load_course(settings.course), Embedding()
    if faults := [fault for lesson in course.lessons for fault in faults_of_rubric(lesson)]:
        raise CourseInvalid(faults)
    index = Index(embedding, folder=settings.index_folder, url=settings.index_url)
    retriever = HybridRetriever(index, embedding)
    ingestor = Ingestor(index, retriever, course)
    ingestor.ensure_course()
    library, answerer = Library(course, embedding), Answerer(retriever, embedding)
    answers = CourseAnswers(course, library, answerer)
    return Knowledge(course, embedding, retriever, answerer, library, answers, ingestor)


def _as_it_is(mind: Mind) -> Mind:
    return mind


@contextmanager
def open_tutoring(
    settings: Settings,
    *,
    builder: Builder | None = None,
    model: LanguageModel | None = None,
    minds: Callable[[Mind], Mind] = _as_it_is,
    observe: Observer = log,
    knowledge: Knowledge | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Iterator[Tutoring]:
    """Everything that a turn needs; the keyword arguments are the ports that tests replace.

    `minds` may put another mind around the one that the settings give; `observe` hears what a model's turn came to.
    """
    knowledge = knowledge or open_knowledge(settings)
    with Storage.open(settings.database) as storage, open_checkpointer(settings.database) as checkpointer:
        forgetting = PrivacyService(storage, checkpointer)
        model = model or open_language_model(settings)
        services = _services(settings, knowledge, storage, forgetting, builder=builder, model=model, now=now)
        nodes = _nodes(settings, knowledge, services, model, minds, observe)
        inbox, outbox = Inbox(storage), Outbox(storage)
        week = Portfolio(knowledge.course, services.submissions, services.reviews, services.receipts)
        yield Tutoring(
            settings=settings,
            storage=storage,
            tutor=Tutor(services, build_graph(checkpointer, nodes), week),
            builds=_builds(services),
            build_jobs=BuildRequests(storage),
            inbox=inbox,
            outbox=outbox,
            retention=Retention(inbox, outbox, checkpointer, days=settings.retention_days, now=now),
            knowledge=knowledge,
        )


def _services(
    settings: Settings,
    knowledge: Knowledge,
    storage: Storage,
    forgetting: PrivacyService,
    *,
    builder: Builder | None,
    model: LanguageModel | None,
    now: Callable[[], datetime],
) -> Services:
    course, learners, reviews, hints = knowledge.course, LearnerDirectory(storage), Reviews(storage), Hints(storage)
    receipts, gates = Receipts(storage), GateService(storage, course, reviews)
    engine = builder or open_builder(
        settings.builds.value, settings.engine_url or None, settings.lab_folder, settings.watch_times
    )
    assessor = Assessor(
        course, receipts, engine, Hadolint.find(), knowledge.embedding, ModelReview(model) if model else None
    )
    embed = Familiar(packed(course, knowledge.embedding), [*texts_of(course), *texts_of_answers()])
    return Services(
        course=course,
        learners=learners,
        mastery=Mastery(storage),
        submissions=Submissions(storage),
        reviews=reviews,
        receipts=receipts,
        gates=gates,
        hints=hints,
        explanations=Explanations(embed),
        leaks=LeakMeter(assessor.reviewers),
        spending=ModelSpending(storage),
        model_limits=settings.model_limits,
        questions_asked=QuestionsAsked(storage),
        forgetting=forgetting,
        progress=CohortProgress(storage, course, learners=learners, reviews=reviews, gates=gates),
        answerer=knowledge.answerer,
        assessor=assessor,
        builder=engine,
        reader=ActModel(embed),
        embed=embed,
        now=now,
    )


def _nodes(
    settings: Settings,
    knowledge: Knowledge,
    services: Services,
    model: LanguageModel | None,
    minds: Callable[[Mind], Mind],
    observe: Observer,
) -> ConversationNodes:
    tools = all_tools(
        knowledge.course, knowledge.library, knowledge.answerer, services.embed, retention_days=settings.retention_days
    )
    facts = CourseFacts(knowledge.course, retention_days=settings.retention_days)
    mind: Mind = Planner(knowledge.library, facts, Findings(services.embed))
    if model is not None:
        supports = knowledge.answerer.supports
        mind = model_mind(model, mind, knowledge.course, knowledge.library, tools, facts, supports, observe)
    return ConversationNodes(minds(mind), tools, services.reader)


def open_language_model(settings: Settings) -> LanguageModel | None:
    """None without a key."""
    return open_models(settings.model_endpoints)


def _builds(services: Services) -> BuildJobs:
    return BuildJobs(
        course=services.course,
        builder=services.builder,
        submissions=services.submissions,
        receipts=services.receipts,
        reviews=services.reviews,
        hints=services.hints,
        assessor=services.assessor,
    )

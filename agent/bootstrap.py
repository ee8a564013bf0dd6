"""The composition root: builds the tutor from settings, and lets tests hand in parts of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from agent.answering import Answerer
from agent.asked import Asked
from agent.assessment import Assessor
from agent.build_jobs import BuildJobs
from agent.builds import Builds
from agent.checkpoints import open_checkpointer
from agent.conversation.desk import Services
from agent.conversation.graph import build_graph
from agent.explanations import Explanations
from agent.forgetting import Forgetting
from agent.gatekeeping import Gates
from agent.hints import Hints
from agent.inbox import Inbox
from agent.intents import IntentReader
from agent.leaks.meter import LeakMeter
from agent.learner_model import LearnerModel
from agent.learners import Learners
from agent.model_voice import ModelVoice
from agent.openai_models import open_model
from agent.outbox import Outbox
from agent.progress import Progress
from agent.receipts import Receipts
from agent.retention import Retention
from agent.review.second_opinion import SecondOpinion
from agent.reviews import Reviews
from agent.settings import Settings
from agent.storage import Storage
from agent.submissions import Submissions
from agent.turns import Turn, TurnResult
from agent.tutor import Tutor
from agent.voice import OfflineVoice, Voice
from agent.week import Week
from knowledge.course import Course
from knowledge.course_loader import load_course
from knowledge.embedding import Embedding
from knowledge.familiar import Familiar, texts_of
from knowledge.index import Index
from knowledge.ingestion import Ingestor
from knowledge.retrieval import HybridRetriever
from tools.builder import Builder
from tools.building.opening import open_builder
from tools.hadolint import Hadolint


@dataclass(frozen=True)
class Knowledge:
    """Retrieval over the course and over what was ingested."""

    course: Course
    embedding: Embedding
    retriever: HybridRetriever
    answerer: Answerer
    ingestor: Ingestor


@dataclass(frozen=True)
class Tutoring:
    """The tutor, ready to take turns, with the parts that the edges also need."""

    settings: Settings
    storage: Storage
    tutor: Tutor
    builds: Builds
    build_jobs: BuildJobs
    inbox: Inbox
    outbox: Outbox
    retention: Retention
    knowledge: Knowledge

    def take(self, turn: Turn) -> TurnResult:
        return self.tutor.take(turn)


def open_knowledge(settings: Settings) -> Knowledge:
    """The shipped lessons are always in the index; guides are when they were ingested."""
    course, embedding = load_course(settings.course), Embedding()
    index = Index(embedding, folder=settings.index_folder, url=settings.index_url)
    retriever = HybridRetriever(index, embedding)
    ingestor = Ingestor(index, retriever, course)
    ingestor.ensure_course()
    return Knowledge(course, embedding, retriever, Answerer(retriever, embedding), ingestor)


@contextmanager
def open_tutoring(
    settings: Settings,
    *,
    builder: Builder | None = None,
    voice: Voice | None = None,
    knowledge: Knowledge | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Iterator[Tutoring]:
    """Everything that a turn needs; the keyword arguments are the ports that tests replace."""
    knowledge = knowledge or open_knowledge(settings)
    with Storage.open(settings.database) as storage, open_checkpointer(settings.database) as checkpointer:
        forgetting = Forgetting(storage, checkpointer)
        services = _services(settings, knowledge, storage, forgetting, builder=builder, voice=voice, now=now)
        inbox, outbox = Inbox(storage), Outbox(storage)
        week = Week(knowledge.course, services.submissions, services.reviews, services.receipts)
        yield Tutoring(
            settings=settings,
            storage=storage,
            tutor=Tutor(services, build_graph(checkpointer), week),
            builds=_builds(services),
            build_jobs=BuildJobs(storage),
            inbox=inbox,
            outbox=outbox,
            retention=Retention(inbox, outbox, checkpointer, days=settings.retention_days, now=now),
            knowledge=knowledge,
        )


def _services(
    settings: Settings,
    knowledge: Knowledge,
    storage: Storage,
    forgetting: Forgetting,
    *,
    builder: Builder | None,
    voice: Voice | None,
    now: Callable[[], datetime],
) -> Services:
    course, learners, reviews, hints = knowledge.course, Learners(storage), Reviews(storage), Hints(storage)
    receipts, gates = Receipts(storage), Gates(storage, course, reviews)
    engine = builder or open_builder(settings.builds.value, settings.engine_url or None, settings.lab_folder)
    assessor = Assessor(course, receipts, engine, Hadolint.find(), knowledge.embedding, _second_opinion(settings))
    embed = Familiar(knowledge.embedding, texts_of(course))
    return Services(
        course=course,
        learners=learners,
        learner_model=LearnerModel(storage),
        submissions=Submissions(storage),
        reviews=reviews,
        receipts=receipts,
        gates=gates,
        hints=hints,
        explanations=Explanations(embed),
        leaks=LeakMeter(assessor.reviewers),
        asked=Asked(storage),
        forgetting=forgetting,
        progress=Progress(storage, course, learners=learners, reviews=reviews, gates=gates, hints=hints),
        answerer=knowledge.answerer,
        assessor=assessor,
        builder=engine,
        intents=IntentReader.load(embed),
        voice=voice or _voice(settings, knowledge),
        embed=embed,
        now=now,
    )


def _second_opinion(settings: Settings) -> SecondOpinion | None:
    model = open_model(settings)
    return SecondOpinion(model) if model else None


def _voice(settings: Settings, knowledge: Knowledge) -> Voice:
    model = open_model(settings)
    return ModelVoice(model, knowledge.retriever, knowledge.answerer.supports.of) if model else OfflineVoice()


def _builds(services: Services) -> Builds:
    return Builds(
        course=services.course,
        builder=services.builder,
        submissions=services.submissions,
        receipts=services.receipts,
        reviews=services.reviews,
        hints=services.hints,
        assessor=services.assessor,
    )

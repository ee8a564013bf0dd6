"""The database: one engine, short transactions, and errors that tell a person what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, create_engine, event, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.pool import StaticPool

from agent.errors import ConcurrentChange, ConfigurationInvalid, StorageUnavailable

MIGRATIONS = Path(__file__).with_name("migrations")
_GONE = "The database cannot be reached or is locked. Nothing was changed; please try again in a moment."


class Storage:
    """Use `begin()` for every read and write; never hold it over a model call or a build."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._sessions = sessionmaker(engine, expire_on_commit=False)

    @classmethod
    def open(cls, url: str, *, migrate: bool = True) -> Self:
        storage = cls(_engine(url))
        try:
            storage._prepare(migrate=migrate)
        except StorageUnavailable:
            storage.close()
            raise
        return storage

    def _prepare(self, *, migrate: bool) -> None:
        try:
            if migrate:
                upgrade(self.engine)
            elif not inspect(self.engine).has_table("gates"):
                raise StorageUnavailable("The database has no tables yet. Run: tutor migrate")
        except DBAPIError as error:
            raise StorageUnavailable(_GONE) from error

    @contextmanager
    def begin(self) -> Iterator[Session]:
        try:
            with self._sessions.begin() as session:
                yield session
        except StaleDataError as error:
            raise ConcurrentChange("Somebody changed this at the same moment. Look again, then repeat.") from error
        except IntegrityError:
            raise
        except DBAPIError as error:
            raise StorageUnavailable(_GONE) from error

    def close(self) -> None:
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() != "sqlite":
            return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
        return _sqlite(url, parsed.database)
    except (ArgumentError, NoSuchModuleError, OSError) as error:
        raise ConfigurationInvalid(f"TUTOR_DATABASE_URL cannot be used ({type(error).__name__}).") from None


def _sqlite(url: str, path: str | None) -> Engine:
    """A database in memory is one connection that all threads share."""
    in_memory = path in (None, "", ":memory:")
    if not in_memory:
        Path(str(path)).parent.mkdir(parents=True, exist_ok=True)
    options: dict[str, Any] = {"poolclass": StaticPool} if in_memory else {}
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 5}, **options)
    event.listen(engine, "connect", _pragmas)
    return engine


def _pragmas(connection: Any, record: object) -> None:  # noqa: ARG001 - SQLAlchemy's signature
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=5000", "synchronous=NORMAL"):
        connection.execute(f"PRAGMA {pragma}")


def upgrade(engine: Engine) -> None:
    """Brings the tables to the newest revision."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")

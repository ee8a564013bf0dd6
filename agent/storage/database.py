"""The database: one engine, short transactions, and errors that tell a person what to do."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.pool import QueuePool

from agent.errors import ConcurrentChange, ConfigurationInvalid, NotFound, StorageUnavailable
from agent.storage.tables import Base

MIGRATIONS = Path(__file__).with_name("migrations")
BUSY_SECONDS = 5  # how long SQLite waits for another writer
_LOCK = 7_461_646  # any number that no other program of the same PostgreSQL takes
_CHANGED = "Somebody changed this at the same moment. Look again, then repeat."


class Storage:
    """Use `begin()` for every read and write; never hold it over a model call or a build."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._sessions = sessionmaker(engine, expire_on_commit=False)

    @classmethod
    def open(cls, url: str, *, migrate: bool = True) -> Self:
        storage = cls(_engine(url))
        try:
            if migrate:
                upgrade(storage.engine)
            _check_revision(storage.engine)
        except BaseException:
            storage.close()
            raise
        return storage

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """One transaction: all of it is kept, or nothing."""
        with _told():
            try:
                with self._sessions.begin() as session:
                    yield session
            except StaleDataError as error:
                raise ConcurrentChange(_CHANGED) from error
            except IntegrityError as error:
                if "foreign key" in str(error.orig).lower():
                    raise NotFound("That person or submission is not known here.") from error
                raise ConcurrentChange(_CHANGED) from error

    def close(self) -> None:
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def insert_once(session: Session, table: type[Base], **values: Any) -> bool:
    """False where a row with this key is there already, or is being added by somebody else just now."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    added = insert(table).values(**values).on_conflict_do_nothing().returning(literal(1))
    return session.connection().execute(added).first() is not None


@contextmanager
def _told() -> Iterator[None]:
    """The driver's errors as one that a person can act on; their own text may name hosts and paths."""
    try:
        yield
    except PoolTimeout as error:
        raise StorageUnavailable(_advice("is busy")) from error
    except DBAPIError as error:
        raise StorageUnavailable(_advice(_state(str(error.orig)))) from error


def _state(said: str) -> str:
    low = said.lower()
    if "not a database" in low or "malformed" in low:
        return "file is damaged, or is no database"
    if "locked" in low or "busy" in low:
        return "is busy"
    if "readonly" in low or "read-only" in low or "full" in low:
        return "cannot be written to"
    missing = "no such table" in low or 'relation "' in low
    return "lacks a table; run: tutor migrate" if missing else "cannot be reached"


def _advice(state: str) -> str:
    return f"The database {state}. Nothing was changed. Try again in a moment; `tutor doctor` says more."


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return _sqlite(url, parsed.database)
        if parsed.get_backend_name() in ("postgresql", "postgres"):
            return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError, OSError, ValueError) as error:
        raise ConfigurationInvalid(f"TUTOR_DATABASE_URL cannot be used ({type(error).__name__}).") from None
    raise ConfigurationInvalid("TUTOR_DATABASE_URL must begin with sqlite:/// or postgresql://.")


def _sqlite(url: str, path: str | None) -> Engine:
    """A database in memory is one connection, which threads take in turn."""
    in_memory = path in (None, "", ":memory:")
    if not in_memory:
        Path(str(path)).parent.mkdir(parents=True, exist_ok=True)
    options: dict[str, Any] = {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0} if in_memory else {}
    patience = {} if "timeout=" in url else {"timeout": BUSY_SECONDS}
    engine = create_engine(url, connect_args={"check_same_thread": False, **patience}, **options)
    event.listen(engine, "connect", _pragmas)
    return engine


def _pragmas(connection: sqlite3.Connection, record: object) -> None:  # noqa: ARG001 - SQLAlchemy's signature
    _enter_wal(connection)
    for pragma in ("foreign_keys=ON", "synchronous=NORMAL", "recursive_triggers=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")  # REPLACE meets the triggers against deleting; what is deleted is gone


def _enter_wal(connection: sqlite3.Connection) -> None:
    """SQLite waits for other writers everywhere but in this switch, which a new file needs once."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return


def upgrade(engine: Engine) -> None:
    """Brings the tables to the newest revision; of several processes that start together, one does it."""
    with _told(), engine.begin() as connection:
        _take_turn(connection)
        config = _config()
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError:
            raise StorageUnavailable(_TOO_NEW) from None


_TOO_NEW = "The database was made by a newer version of the tutor. Update the tutor, or name another database."


def _take_turn(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config


def revision(engine: Engine) -> tuple[str | None, str | None]:
    """(what the database has, what this version needs)"""
    with _told(), engine.connect() as connection:
        has = MigrationContext.configure(connection).get_current_revision()
    return has, ScriptDirectory.from_config(_config()).get_current_head()


def _check_revision(engine: Engine) -> None:
    has, needs = revision(engine)
    if has is None:
        raise StorageUnavailable("The database has no tables yet. Run: tutor migrate")
    if has != needs:
        raise StorageUnavailable(f"The database is at revision {has}, this version needs {needs}. Run: tutor migrate")

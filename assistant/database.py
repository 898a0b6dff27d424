"""One SQLite file: connections, transactions, the lock between processes, and what its errors mean to a person.

The only room that imports sqlite3. A write is one transaction: a killed process leaves the state before it.
"""

import errno
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from assistant.errors import LibraryError

Connection = sqlite3.Connection

LOCK_FILE = "ingest.lock"
HOLDER_FILE = "ingest.pid"  # beside the lock: the lock's own file cannot be read on every system while it is held
BUSY_SECONDS = 30.0  # a transaction of another process takes milliseconds; on a disk under load, seconds


class QueryError(LibraryError):
    """A statement that SQLite does not understand: in effect a wrong FTS5 query."""


class Database:
    """A file that threads and processes read while one of them writes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._idle: list[Connection] = []  # for reading; as many as were ever needed at once
        self._guard = threading.Lock()
        self._lock = FileLock(path.parent / LOCK_FILE)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that nobody else uses meanwhile. Statements see different states unless in a `snapshot`.

        Raises:
            LibraryError: the file cannot be read.
        """
        with _instructive(self.path):
            with self._guard:
                connection = self._idle.pop() if self._idle else None
            connection = connection or self._connect()
            try:
                yield connection
            except BaseException:
                connection.close()
                raise
            with self._guard:
                self._idle.append(connection)

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction: all of it or nothing, and on the disk when the block ends.

        Raises:
            LibraryError: the file does not take it.
        """
        with _instructive(self.path), closing(self._connect()) as connection, _transaction(connection, "IMMEDIATE"):
            yield connection

    @contextmanager
    def exclusive(self, wait: float) -> Iterator[None]:
        """Hold the lock between runs for the block; nests within one thread.

        Raises:
            LibraryError: another process or thread holds it after `wait` seconds; says which.
        """
        holder = self.path.parent / HOLDER_FILE
        with _instructive(self.path):
            try:
                self._lock.acquire(timeout=wait)
            except Timeout as error:
                pid = holder.read_text().strip() if holder.exists() else "unknown"
                raise LibraryError(
                    f"{self.path} is being written by process {pid}; wait until it has ended, then run this again"
                ) from error
        try:
            with _instructive(self.path):
                holder.write_text(f"{os.getpid()}\n")
            yield
        finally:
            self._lock.release()

    def tables(self) -> set[str]:
        """Names of its tables; none where the file is new."""
        with _instructive(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.reading() as connection:
            return {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}

    def create(self, statements: Sequence[str]) -> None:
        """Make a new file's tables; of two processes that find it new, one does."""
        with self.exclusive(BUSY_SECONDS), _instructive(self.path), closing(self._connect()) as connection:
            connection.execute("PRAGMA journal_mode = WAL")  # readers go on while one writes
            with _transaction(connection, "IMMEDIATE"):
                if connection.execute("SELECT 1 FROM sqlite_master").fetchone() is None:
                    for statement in statements:
                        connection.execute(statement)

    def shrink(self) -> None:
        """Give freed space back, and leave nothing of what was removed in the files."""
        with _instructive(self.path), closing(self._connect()) as connection:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close the idle connections; new ones are opened when they are needed."""
        with self._guard:
            while self._idle:
                self._idle.pop().close()

    def _connect(self) -> Connection:
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")  # a commit outlives a power cut
        connection.execute("PRAGMA secure_delete = ON")  # a removed document leaves no text in the file
        return connection


@contextmanager
def snapshot(connection: Connection) -> Iterator[None]:
    """All statements of the block see one state."""
    with _transaction(connection, "DEFERRED"):
        yield


@contextmanager
def _transaction(connection: Connection, kind: str) -> Iterator[None]:
    connection.execute(f"BEGIN {kind}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # SQLite has rolled back by itself where the disk was full
            connection.execute("ROLLBACK")
        raise


@contextmanager
def _instructive(path: Path) -> Iterator[None]:
    """Say in one line what SQLite or the file system refused, and what to do."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise _explained(path, error) from error


def _explained(path: Path, error: sqlite3.Error | OSError) -> LibraryError:
    reason = " ".join(str(error).split())
    code = getattr(error, "sqlite_errorname", "") or ""
    if code == "SQLITE_ERROR":
        return QueryError(reason)
    if code.startswith("SQLITE_FULL") or code.startswith("SQLITE_IOERR") or getattr(error, "errno", 0) == errno.ENOSPC:
        return LibraryError(
            f"the disk does not take what is written to {path} ({reason}); the library is as it was; "
            "free some space, then run: policy-assistant ingest"
        )
    if code.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return LibraryError(
            f"{path} is not a readable library ({reason}); move it away, then run: policy-assistant ingest"
        )
    if code.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return LibraryError(f"{path} is being written by another process; wait until it has ended, then run this again")
    return LibraryError(
        f"{path} cannot be opened or written ({reason}); give this user the right to write there, "
        "or set ASSISTANT_DATA_DIR to another folder"
    )

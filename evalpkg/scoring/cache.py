"""Keep verdicts between runs: the same program under the same conditions is judged only once."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterable
from pathlib import Path

from evalpkg.models import UNJUDGED, Verdict, VerdictKind

SCHEMA_VERSION = 2
"""``PRAGMA user_version`` of the file; raised when the table changes."""

PATIENCE_S = 5.0
"""The seconds to wait for another process that holds the file; then this one goes without it."""

_SCHEMA = """
CREATE TABLE verdicts (
  key BLOB PRIMARY KEY, kind TEXT NOT NULL, compile_ok INTEGER, error_code TEXT,
  detail TEXT NOT NULL, program TEXT NOT NULL
) WITHOUT ROWID
"""

_UNUSABLE = (OSError, sqlite3.Error, TypeError, ValueError)
"""Raised for a file that is no sound cache; sqlite3 decodes names in it and raises ValueError."""

_log = logging.getLogger("evalpkg.scoring")


class VerdictCache:
    """A SQLite file of verdicts, safe to share between threads and processes.

    The cache only saves time. If the file is damaged, locked, of a newer version or cannot be
    written, one line of the log says so, and every look-up is then a miss.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._base: sqlite3.Connection | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(path, timeout=PATIENCE_S, check_same_thread=False)
            _prepare(self._base)
        except (*_UNUSABLE, _OtherVersionError) as error:
            self._give_up(error)

    def get(self, key: bytes) -> Verdict | None:
        """Return the verdict under ``key``; None if there is none."""
        with self._lock:
            if self._base is None:
                return None
            try:
                row = self._base.execute(
                    "SELECT kind, compile_ok, error_code, detail, program FROM verdicts "
                    "WHERE key = ?",
                    (key,),
                ).fetchone()
                return None if row is None else _verdict(*row)
            except _UNUSABLE as error:
                self._give_up(error)
                return None

    def put(self, judged: Iterable[tuple[bytes, Verdict]]) -> None:
        """Keep verdicts in one transaction, except those that say nothing about a program."""
        rows = [
            (key, v.kind.value, v.compile_ok, v.error_code, v.detail, v.program_sha256)
            for key, v in judged
            if v.kind not in UNJUDGED
        ]
        with self._lock:
            if self._base is None or not rows:
                return
            try:
                with self._base:
                    self._base.executemany(
                        "INSERT OR REPLACE INTO verdicts VALUES (?,?,?,?,?,?)", rows
                    )
            except _UNUSABLE as error:
                self._give_up(error)

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            if self._base is not None:
                self._base.close()
                self._base = None

    def _give_up(self, error: Exception) -> None:
        if self._base is not None:
            self._base.close()
            self._base = None
        _log.warning(
            "the verdict cache %s is not used: %s (every program is judged again; remove the file, "
            "choose another folder with --cache-dir, or switch the cache off with --no-cache)",
            self._path,
            error,
        )


class _OtherVersionError(Exception):
    """Raised if another version of this package made the file."""


def _prepare(base: sqlite3.Connection) -> None:
    """Make the table if the file is new or of an older version."""
    (found,) = base.execute("PRAGMA user_version").fetchone()
    if found > SCHEMA_VERSION:
        raise _OtherVersionError("a newer version of evalpkg made it")
    if found == SCHEMA_VERSION:
        base.execute(
            "SELECT key, kind, compile_ok, error_code, detail, program FROM verdicts LIMIT 0"
        )
        base.execute("BEGIN IMMEDIATE")  # raises an error if the file cannot be written
        base.rollback()
        return
    tables = base.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables != (0,):
        _log.warning("the verdict cache is of an older version; it is emptied and started again")
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("BEGIN IMMEDIATE")
    with base:
        base.execute("DROP TABLE IF EXISTS verdicts")
        base.execute(_SCHEMA)
        base.execute(f"PRAGMA user_version={SCHEMA_VERSION}")


def _verdict(
    kind: str, compile_ok: int | None, code: str | None, detail: str, program: str
) -> Verdict | None:
    """Return the verdict in a row; None for one that would say nothing about a program.

    Raises:
        ValueError: if a damaged or foreign file holds something else.
    """
    texts = (detail, program) if code is None else (code, detail, program)
    if not all(isinstance(text, str) for text in texts) or compile_ok not in (None, 0, 1):
        raise ValueError("a row of it is no verdict")
    found = VerdictKind(kind)
    if found in UNJUDGED:
        return None
    known = None if compile_ok is None else bool(compile_ok)
    compiles = {VerdictKind.PASSED: True, VerdictKind.COMPILE_ERROR: False}
    if known is not compiles.get(found, known):
        raise ValueError("a row of it contradicts itself")
    return Verdict(found, known, code, detail, program)

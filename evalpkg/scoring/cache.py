"""Verdicts kept between runs: the same program under the same conditions is judged once."""

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
"""How long another process may hold the file before this one does without it."""

_SCHEMA = """
CREATE TABLE verdicts (
  key BLOB PRIMARY KEY, kind TEXT NOT NULL, compile_ok INTEGER, error_code TEXT,
  detail TEXT NOT NULL, program TEXT NOT NULL
) WITHOUT ROWID
"""

_log = logging.getLogger("evalpkg.scoring")


class VerdictCache:
    """A SQLite file, safe to share between threads and processes.

    It saves time and is never needed: a file that is damaged, locked, of another version or cannot
    be written is reported in one line, and everything is then a miss.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._base: sqlite3.Connection | None = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(path, timeout=PATIENCE_S, check_same_thread=False)
            _prepare(self._base)
        except (OSError, sqlite3.Error, _OtherVersionError) as error:
            self._give_up(error)

    def get(self, key: bytes) -> Verdict | None:
        """The verdict under ``key``, if there is one."""
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
            except (sqlite3.Error, ValueError) as error:
                self._give_up(error)
                return None

    def put(self, judged: Iterable[tuple[bytes, Verdict]]) -> None:
        """Keep verdicts; one transaction. What says nothing of the program is never kept."""
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
            except (sqlite3.Error, UnicodeError) as error:
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
            "the verdict cache %s is not used: %s (every program is judged anew; remove the file, "
            "name another place with --cache-dir, or switch it off with --no-cache)",
            self._path,
            error,
        )


class _OtherVersionError(Exception):
    """The file was made by another version of this package."""


def _prepare(base: sqlite3.Connection) -> None:
    """Make the table where the file is new or was left by an older version."""
    (found,) = base.execute("PRAGMA user_version").fetchone()
    if found > SCHEMA_VERSION:
        raise _OtherVersionError("a newer version of evalpkg made it")
    if found == SCHEMA_VERSION:
        base.execute(
            "SELECT key, kind, compile_ok, error_code, detail, program FROM verdicts LIMIT 0"
        )
        base.execute("BEGIN IMMEDIATE")  # finds out whether it can be written
        base.rollback()
        return
    tables = base.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if tables != (0,):
        _log.warning("the verdict cache is of an older version, and is begun anew")
    base.execute("PRAGMA journal_mode=WAL")
    base.execute("BEGIN IMMEDIATE")
    with base:
        base.execute("DROP TABLE IF EXISTS verdicts")
        base.execute(_SCHEMA)
        base.execute(f"PRAGMA user_version={SCHEMA_VERSION}")


def _verdict(
    kind: str, compile_ok: int | None, code: str | None, detail: str, program: str
) -> Verdict:
    known = None if compile_ok is None else bool(compile_ok)
    return Verdict(VerdictKind(kind), known, code, detail, program)

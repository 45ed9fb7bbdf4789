"""Verdicts by content, on disk: the same program under the same conditions is judged once."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from evalpkg.errors import EnvironmentUnfitError
from evalpkg.models import Verdict, VerdictKind

_SCHEMA = """
CREATE TABLE IF NOT EXISTS verdicts (
  key BLOB PRIMARY KEY, kind TEXT NOT NULL, compile_ok INTEGER, error_code TEXT,
  detail TEXT NOT NULL, program TEXT NOT NULL
) WITHOUT ROWID
"""


class VerdictCache:
    """A SQLite file, safe to share between processes. Infrastructure errors are never kept."""

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._base = sqlite3.connect(path, timeout=60)
            self._base.execute("PRAGMA journal_mode=WAL")
            self._base.execute("PRAGMA synchronous=NORMAL")
            self._base.execute(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise EnvironmentUnfitError(
                f"the verdict cache {path} cannot be used: {error}",
                "Remove the file if it is damaged, name another, or switch the cache off.",
            ) from error

    def get(self, key: bytes) -> Verdict | None:
        """The verdict under ``key``, if there is one."""
        row = self._base.execute(
            "SELECT kind, compile_ok, error_code, detail, program FROM verdicts WHERE key = ?",
            (key,),
        ).fetchone()
        if row is None:
            return None
        kind, compile_ok, code, detail, program = row
        known = None if compile_ok is None else bool(compile_ok)
        return Verdict(VerdictKind(kind), known, code, detail, program)

    def put(self, judged: Iterable[tuple[bytes, Verdict]]) -> None:
        """Keep verdicts; one transaction."""
        rows = [
            (key, v.kind.value, v.compile_ok, v.error_code, v.detail, v.program_sha256)
            for key, v in judged
            if v.kind is not VerdictKind.INFRA_ERROR
        ]
        with self._base:
            self._base.executemany("INSERT OR REPLACE INTO verdicts VALUES (?,?,?,?,?,?)", rows)

    def close(self) -> None:
        """Release the file."""
        self._base.close()

"""A run's progress at one moment, and its form on disk."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path

SCHEMA_VERSION = 1


class State(StrEnum):
    """The states of the process that writes ``progress.json``."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The contents of ``progress.json``.

    A reader should take a ``running`` state whose ``updated_at`` is older than a minute for a
    process that died: the file is rewritten every second while the process lives.

    Attributes:
        done: samples finished in this phase, those found on disk at its start included.
        rate_per_s: samples per second over the last half minute, None until it can be known.
        eta_s: seconds until ``total``, None where it cannot be known: at the rate of tokens where
            they are counted, else at that of samples.
        tokens_per_s: tokens per second over the last half minute, None where there are none.
        verdicts: verdicts that came in this phase. Samples are judged while others are generated.
        cache_hits: how many of these came from the cache.
        started_at: RFC 3339, UTC.
        last_error: the error that ended the run, empty if none did.
    """

    phase: str
    done: int
    total: int
    rate_per_s: float | None
    eta_s: float | None
    verdicts: dict[str, int]
    cache_hits: int
    started_at: str
    updated_at: str
    host: str
    pid: int
    tokens_per_s: float | None = None
    state: State = State.RUNNING
    last_error: str = ""
    schema_version: int = field(default=SCHEMA_VERSION)

    def write(self, path: Path) -> None:
        """Replace ``path`` atomically, so that no reader sees half of it."""
        partial = path.with_name(f"{path.name}.{self.pid}.partial")
        partial.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")
        partial.replace(path)

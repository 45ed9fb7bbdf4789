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

    A process that lives rewrites the file every second. So if the state is ``running`` and
    ``updated_at`` is older than a minute, the process has died.

    Attributes:
        done: samples finished in this phase, including those found on disk at its start.
        rate_per_s: samples per second over the last half minute, None until it is known.
        eta_s: estimated seconds until ``total``, None while unknown. The estimate uses the rate of
            tokens if they are counted, else the rate of samples.
        tokens_per_s: tokens per second over the last half minute, None where there are none.
        verdicts: verdicts given in this phase. Samples are judged while others are generated.
        cache_hits: number of these verdicts that came from the cache.
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

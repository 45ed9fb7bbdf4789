"""Files of a run that whoever asks for its reports has read already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from evalpkg.evidence import EvalMetadata
from evalpkg.models import Mode, Row, SeenPrompt, Task

if TYPE_CHECKING:
    from evalpkg.statistics import Metrics


@dataclass(frozen=True, slots=True)
class AlreadyRead:
    """The content of some files of a run, as they are on disk.

    Attributes:
        metadata: ``eval_metadata.json``; None if it was not read.
        tasks: ``tasks.jsonl``; empty if it was not read.
        rows: the rows of each file that was read.
        metrics: each mode's ``metrics.json``; empty if they were not read.
        prompts: ``prompts.jsonl``, empty if the run has none; None if it was not read.
    """

    metadata: EvalMetadata | None = None
    tasks: Sequence[Task] = ()
    rows: Mapping[Path, list[Row]] = field(default_factory=dict)
    metrics: Mapping[Mode, Metrics] = field(default_factory=dict)
    prompts: Sequence[SeenPrompt] | None = None

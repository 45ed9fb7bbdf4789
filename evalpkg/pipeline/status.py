"""Counts how far a run has come."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evalpkg.errors import COPY_AGAIN, ConfigError, DataError
from evalpkg.evidence import read_metadata, tree_mode
from evalpkg.models import Role, VerdictKind
from evalpkg.store import (
    RunLayout,
    SampleLog,
    VerdictLog,
    expected_keys,
    parse_shard,
    read_json,
    read_objects,
    read_tasks,
)


@dataclass(frozen=True, slots=True)
class RunCounts:
    """The sample counts of a run.

    Attributes:
        asked: samples that its configuration asks for.
        generated: those of ``asked`` that exist.
        judged: those of ``asked`` that have a final verdict.
        sealed: whether the results of this configuration are written.
    """

    asked: int
    generated: int
    judged: int
    sealed: bool

    @property
    def sentence(self) -> str:
        """The counts in words."""
        return f"{self.generated:,} of {self.asked:,} samples generated, {self.judged:,} judged" + (
            ", results written" if self.sealed else ", results not written yet"
        )


def standing(root: Path) -> RunCounts:
    """Count the samples of the run in ``root``.

    Raises:
        ConfigError: if ``root`` is not the directory of a run.
        DataError: if its files cannot be read.
    """
    layout = RunLayout(root)
    config = read_json(layout.config) if layout.config.exists() else {}
    if "num_samples" not in config or not layout.tasks.exists():
        raise ConfigError(
            f"{root} holds no run that 'evalpkg run' began", "Name the --output-dir of a run."
        )
    for name, kind in (("num_samples", int), ("shard", str | None), ("uneven", dict | None)):
        if not isinstance(config.get(name), kind):
            raise DataError(f"{layout.config}: {name} is {config.get(name)!r:.60}", COPY_AGAIN)
    roles = [role for role in Role if not config.get(f"skip_{role.value}")]
    shard = parse_shard(config.get("shard"))
    tasks, uneven = read_tasks(layout.tasks), config.get("uneven") or {}
    keys = list(expected_keys(tasks, roles, config["num_samples"], shard, uneven))
    sealed = _sealed(layout, config)
    if sealed and not layout.samples_log.exists():  # merged from parts: there are rows, no logs
        return RunCounts(len(keys), *_rows(layout), sealed=True)
    samples = SampleLog(layout.samples_log).by_key()
    scored = VerdictLog(layout.verdicts_log).by_key(samples)
    return RunCounts(
        len(keys),
        sum(key in samples for key in keys),
        sum(key in scored and scored[key].final for key in keys),
        sealed,
    )


def _rows(layout: RunLayout) -> tuple[int, int]:
    """Count the rows, and those with a final verdict."""
    mode = tree_mode(layout)
    paths = [layout.samples(mode, role) for role in Role if layout.samples(mode, role).exists()]
    rows = [value for path in paths for _, value in read_objects(path)]
    lost = sum(row.get("verdict") == VerdictKind.INFRA_ERROR for row in rows)
    return len(rows), len(rows) - lost


def _sealed(layout: RunLayout, config: dict[str, Any]) -> bool:
    """Tell whether the results of this configuration are written."""
    if not layout.manifest.exists():
        return False
    try:
        told = read_metadata(layout)
    except DataError:
        return True  # the reader of the metadata will report it
    return (told.num_samples, told.k_values) == (config["num_samples"], config["k_values"])


def require_finished(root: Path) -> None:
    """Refuse a run whose results are not written.

    Raises:
        ConfigError: if the run is unfinished; it says how far it is and how to go on.
    """
    layout = RunLayout(root)
    if not layout.config.exists() or "num_samples" not in read_json(layout.config):
        return
    if not layout.tasks.exists():
        return
    found = standing(root)
    if not found.sealed and found.judged < found.asked:
        raise ConfigError(
            f"{root} is unfinished: {found.sentence}",
            "Give the command that began it once more: it goes on where it was.",
        )

"""A run's files for ``verify``, each read once and strictly."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from evalpkg import __version__
from evalpkg.evidence import (
    EvalMetadata,
    Manifest,
    RowFiles,
    read_manifest,
    read_metadata,
    read_row_files,
)
from evalpkg.models import Mode, Role, Row, Task
from evalpkg.store import RunLayout, read_rows, read_tasks
from evalpkg.verify.check import Check


class Evidence:
    """The files of one run.

    Every property raises ``DataError`` if its file is missing or malformed.
    """

    def __init__(self, layout: RunLayout) -> None:
        self.layout = layout

    @cached_property
    def manifest(self) -> Manifest:
        """``manifest.json``."""
        return read_manifest(self.layout.manifest)

    @cached_property
    def metadata(self) -> EvalMetadata:
        """``eval_metadata.json``."""
        return read_metadata(self.layout)

    @cached_property
    def tasks(self) -> list[Task]:
        """``tasks.jsonl``."""
        return read_tasks(self.layout.tasks)

    @cached_property
    def _tasks_by_id(self) -> dict[str, Task]:
        return {task.task_id: task for task in self.tasks}

    def task(self, task_id: str) -> Task | None:
        """Return the task with this id; None if the run has none."""
        return self._tasks_by_id.get(task_id)

    @property
    def modes(self) -> list[Mode]:
        """List the modes of the run from the metadata, ``no-policy`` first."""
        return [mode for mode in Mode if mode in self.metadata.modes]

    @property
    def roles(self) -> list[Role]:
        """List the models of the run from the metadata, base first."""
        return [role for role in Role if role in self.metadata.roles]

    @cached_property
    def row_files(self) -> RowFiles:
        """Return the digests and the tree of the rows."""
        return read_row_files(self.layout)

    @cached_property
    def rows(self) -> dict[tuple[Mode, Role], list[Row]]:
        """Rows of every mode and model that were run."""
        return {
            (mode, role): read_rows(self.layout.samples(mode, role))
            for mode in self.modes
            for role in self.roles
        }


def with_releases(check: Check, evidence: Evidence) -> Check:
    """Add both releases to a failed check if they differ: a change of code may explain it."""
    made_by = evidence.metadata.tool.version
    if check.ok or made_by == __version__:
        return check
    return replace(
        check, detail=f"{check.detail}; made by evalpkg {made_by}, this is {__version__}"
    )

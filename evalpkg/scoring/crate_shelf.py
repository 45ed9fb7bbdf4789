"""Keep the third-party crates of tasks; each set is built when it is first needed."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path

from evalpkg.errors import ConfigError
from evalpkg.models import Task
from evalpkg.rust import CrateSet, Toolchain, build_crates
from evalpkg.scoring.provenance import CratesUsed


class CrateShelf:
    """Builds and remembers crates; safe to use from several threads.

    Args:
        toolchain: the toolchain that builds them.
        folder: the folder with their sources, None if the user named none.
    """

    def __init__(self, toolchain: Toolchain, folder: Path | None) -> None:
        self._toolchain = toolchain
        self._folder = folder
        self._lock = threading.Lock()
        self._built: dict[tuple[str, ...], CrateSet] = {}

    def get(self, crates: tuple[str, ...]) -> CrateSet | None:
        """Return the built crates of a task; None for a task that names none.

        Raises:
            ConfigError: if there is no folder, or if it lacks a crate.
            EnvironmentUnfitError: if a crate cannot be built.
        """
        if not crates:
            return None
        with self._lock:
            if crates not in self._built:
                if self._folder is None:
                    raise ConfigError(
                        f"the tasks need crates ({', '.join(crates)})",
                        "Give the folder of their sources with --crates DIR ('cargo vendor' makes "
                        "it; docs/dataset.md says how).",
                    )
                self._built[crates] = build_crates(self._toolchain, crates, self._folder)
            return self._built[crates]

    def digest(self, crates: tuple[str, ...]) -> str:
        """Return the digest of a task's crates; empty for a task that names none."""
        found = self.get(crates)
        return found.digest if found else ""

    def flags(self, crates: tuple[str, ...]) -> list[str]:
        """Return options of rustc for a task's crates."""
        found = self.get(crates)
        return found.flags() if found else []

    def provenance(self, tasks: Sequence[Task]) -> tuple[CratesUsed, ...]:
        """Describe the crates that were built for ``tasks``, for the run's metadata."""
        sets = {task.crates: self.get(task.crates) for task in tasks if task.crates}
        return tuple(
            CratesUsed(tuple(one.versions), one.lock_sha256, one.digest)
            for _, one in sorted(sets.items())
            if one is not None
        )

"""One process that works on one output directory."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from evalpkg.config import EvalConfig
from evalpkg.doctor import disk
from evalpkg.errors import EnvironmentUnfitError
from evalpkg.evidence import load_signing_key
from evalpkg.pipeline.commit import require_committed
from evalpkg.pipeline.facts import RunFacts
from evalpkg.pipeline.given import Given, given_by, require_same_samples
from evalpkg.pipeline.metadata import identity_of
from evalpkg.reporting.progress import Progress
from evalpkg.store import (
    TASKS,
    RunLayout,
    WriterLock,
    bind_config,
    bind_tasks,
    forget_fruitless_start,
    grown_settings,
    parse_shard,
    pretty_json,
    read_json,
    require_own_folder,
)


class Session:
    """A configuration, its tasks and its directory, locked against other writers.

    Args:
        config: configuration of the run.
        given: tasks and samples that were read already; None to read those that ``config`` names.

    Raises:
        ConfigError: if the directory belongs to another configuration or holds something else, or
            the signing key cannot be used.
        DataError: if the tasks cannot be read.
        EnvironmentUnfitError: if the directory cannot be written, is being written by another
            process, or the disk is too full.
    """

    def __init__(self, config: EvalConfig, given: Given | None = None) -> None:
        given = given or given_by(config)
        self.config = config = given.config
        self.tasks = given.tasks
        self.recorded = given.recorded
        self.wants_answers = given.wants_answers
        self.shard = parse_shard(config.shard)
        require_committed(config, self.tasks)
        self.layout = RunLayout(config.output_dir)
        require_own_folder(self.layout)
        if config.signing_key:  # needed at the end only, but a bad key should show now
            load_signing_key(config.signing_key)
        if not config.skip_env_check:
            _require_disk(config.output_dir)
        self._lock = WriterLock(self.layout.lock)
        self._lock.acquire()
        try:
            forget_fruitless_start(self.layout)
            identity = identity_of(config)
            require_same_samples(self.layout, self.recorded)
            old = read_json(self.layout.config) if self.layout.config.exists() else {}
            may_grow = bool(self.recorded) or _more_tasks(old, identity)
            bind_tasks(self.layout, self.tasks.tasks, may_grow=may_grow)
            self.grown = bind_config(self.layout, identity, old=old)
            self.facts = RunFacts.load(self.layout)
            if self.grown:
                self.facts.earlier.append(self.grown)
            self.facts.notes = list(given.notes)
            self.facts.save()
        except BaseException:
            self._lock.release()
            raise
        self.log = logging.getLogger("evalpkg")
        self._handler = _log_to(self.layout.work / "run.log")

    def progress(self) -> Progress:
        """Create the live display; it prints plain lines if the user wants no dialogue."""
        return Progress(self.layout.root, interactive=False if self.config.noninteractive else None)

    def require_in_place(self) -> None:
        """Require that the output directory is the one in which this session began.

        Raises:
            EnvironmentUnfitError: if it was removed, moved or replaced.
        """
        self._lock.require_in_place()

    def __enter__(self) -> Session:
        self.log.setLevel(logging.INFO)
        self.log.addHandler(self._handler)
        self.log.info("session began")
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None:
            self.log.info("session ended")
        else:
            self.log.error("session ended: %r", error, exc_info=error)
        self.log.removeHandler(self._handler)
        self._handler.close()
        self._lock.release()


def _more_tasks(old: dict[str, Any], identity: dict[str, Any]) -> bool:
    """Tell whether the settings allow more tasks than the directory began with, if it did."""
    earlier = grown_settings(old, json.loads(pretty_json(identity))) if old else None
    return bool(earlier and set(TASKS) & set(earlier))


def _require_disk(output_dir: Path) -> None:
    for check in disk(output_dir):
        if not check.ok:
            raise EnvironmentUnfitError(
                check.detail, f"{check.cure} SKIP_ENV_CHECK=1 goes on anyway."
            )


def _log_to(path: Path) -> logging.Handler:
    handler = logging.FileHandler(path, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    return handler

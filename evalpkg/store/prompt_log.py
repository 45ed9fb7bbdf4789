"""The prompts as the models saw them: the log ``work/prompts.jsonl``, and ``prompts.jsonl``."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from evalpkg.models import Role, SeenPrompt, Task
from evalpkg.store.files import remove
from evalpkg.store.layout import RunLayout
from evalpkg.store.record_log import RecordLog
from evalpkg.store.records import Codec

PROMPT = Codec(SeenPrompt, "a prompt")

PromptKey = tuple[Role, str]


def _key_of(record: Mapping[str, Any]) -> PromptKey:
    return (Role(record["role"]), str(record["task_id"]))


class PromptLog(RecordLog[SeenPrompt]):
    """Prompts as a model first saw them; of two with one key, the first counts."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, PROMPT, _key_of)

    def by_key(self) -> dict[PromptKey, SeenPrompt]:
        """Read all prompts by model and task."""
        return {prompt.key: prompt for prompt in self.read()}


class PromptKeeper:
    """Writes each prompt of the run's tasks to the log once, as backends show them.

    Args:
        layout: layout of the run.
        tasks: tasks of the run. Prompts of other tasks, such as a backend's trial, are ignored.
    """

    def __init__(self, layout: RunLayout, tasks: Iterable[Task]) -> None:
        self._log = PromptLog(layout.prompts_log)
        self._known = set(self._log.by_key())
        self._lock = threading.Lock()
        self._ours = {task.task_id for task in tasks}

    def keep(self, prompts: Iterable[SeenPrompt]) -> None:
        """Write the new ones among ``prompts``; may be called from any thread.

        Raises:
            EnvironmentUnfitError: if they cannot be written.
        """
        with self._lock:
            fresh = {
                prompt.key: prompt
                for prompt in prompts
                if prompt.task_id in self._ours and prompt.key not in self._known
            }
            if fresh:
                self._log.append(fresh.values())
                self._known.update(fresh)

    def close(self) -> None:
        """Stop being the writer."""
        self._log.close()


def write_prompts(
    layout: RunLayout, tasks: Sequence[Task], roles: Sequence[Role]
) -> list[SeenPrompt]:
    """Write ``prompts.jsonl`` from the log, ordered by model, then task; no file for no prompts.

    Returns:
        the prompts in the file.

    Raises:
        DataError: if the log is damaged.
        EnvironmentUnfitError: if the file cannot be written.
    """
    known = PromptLog(layout.prompts_log).by_key()
    keys = [(role, task.task_id) for role in roles for task in tasks]
    prompts = [known[key] for key in keys if key in known]
    if prompts:
        PROMPT.write(layout.prompts, prompts)
    else:
        remove(layout.prompts)
    return prompts

"""The Python interface: judge completions from any thread or event loop."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path

from evalpkg.closing import Closing
from evalpkg.errors import ConfigError, DataError
from evalpkg.extraction import extract
from evalpkg.models import Task, Verdict
from evalpkg.scoring.collector import Collector
from evalpkg.scoring.scorer import Scorer
from evalpkg.scoring.scoring_settings import ScoringSettings
from evalpkg.tasks import crates_of, load_tasks

_FUNCTION = re.compile(r"\bfn\s+([A-Za-z_]\w*)")


class Judge(Closing):
    """Judges completions of known tasks; a context manager.

    ::

        with Judge("human-eval-rust") as judge:
            verdicts = judge("CodeGen/53bba69a5d80", completions)

    Every method may be called from several threads at once. Calls that come at the same time are
    judged together, which costs less.

    Args:
        tasks: the tasks, or the name of a task set or path of a task file (as for ``--dataset``).
        settings: limits, sandbox, workers and cache; by default there is no cache.
        variant: ``repaired`` or ``original``: whose tests of the data set to use.

    Raises:
        DataError: if the tasks cannot be read.
        EnvironmentUnfitError: if there is no usable rustc, no sandbox that confines, or if the
            machine is too small.
    """

    def __init__(
        self,
        tasks: str | Path | Sequence[Task] = "human-eval-rust",
        *,
        settings: ScoringSettings | None = None,
        variant: str = "repaired",
    ) -> None:
        found: tuple[Task, ...]
        if isinstance(tasks, str | Path):
            found = load_tasks(str(tasks), variant, crates=bool(settings and settings.crates)).tasks
        else:
            found = tuple(tasks)
        self._tasks = {task.task_id: task for task in found}
        self._scorer = Scorer(settings or ScoringSettings(), found)
        self._collector = Collector(self._scorer.judge)

    @property
    def task_ids(self) -> tuple[str, ...]:
        """The ids of the tasks that can be judged, in the set's order."""
        return tuple(self._tasks)

    def task(self, task_id: str) -> Task:
        """Return the task with that id; its ``prompt`` is the text that a model is given.

        Raises:
            DataError: if there is no such task.
        """
        try:
            return self._tasks[task_id]
        except KeyError:
            raise DataError(
                f"there is no task '{str(task_id)[:200]}'",
                "'task_ids' (over HTTP: GET /tasks) lists those that exist.",
            ) from None

    def add_task(
        self,
        prompt: str,
        tests: str,
        *,
        entry_point: str = "",
        edition: str = "2021",
        crates: Mapping[str, str] | None = None,
    ) -> str:
        """Add a task; adding the same task again returns the same id.

        Args:
            prompt: comments, imports and the signature, ending in ``{``.
            tests: a ``mod tests`` with ``#[test]`` functions, or a ``fn main`` with asserts. They
                run outside the sandbox: use only tests that you trust.
            entry_point: the function that the tests call; by default the prompt's last function.
            edition: the Rust edition.
            crates: versions of the crates that the task needs, by name. Their sources are in the
                folder ``ScoringSettings.crates``.

        Returns:
            The task's id.

        Raises:
            ConfigError: if the task cannot be judged; the message says why.
        """
        entry = entry_point or (_FUNCTION.findall(prompt) or [""])[-1]
        try:
            named = crates_of(dict(crates or {}))
        except DataError as error:
            raise ConfigError(f"this task cannot be judged: {error.cause}") from error
        text = "\0".join((prompt, tests, entry, edition, *named))
        task_id = f"task/{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:16]}"
        if task_id not in self._tasks:
            task = Task(task_id, prompt, entry, tests, edition=edition, crates=named)
            try:
                fault = self._scorer.add(task)
            except DataError as error:
                fault = error.cause
            if fault:
                raise ConfigError(f"this task cannot be judged: {fault}", "See docs/dataset.md.")
            self._tasks[task_id] = task
        return task_id

    def __call__(self, task_id: str, completions: Sequence[str]) -> list[Verdict]:
        """Return the verdict of each completion of one task, in their order.

        Args:
            task_id: one of ``task_ids``, or an id that ``add_task`` returned.
            completions: the model's texts: bare code, a whole function or a chat answer.

        Raises:
            DataError: if there is no such task, or a completion is not a text.
        """
        if isinstance(completions, str | bytes):
            raise DataError(
                "the completions are one text, and a list of texts is needed",
                "Write judge(task_id, [completion]).",
            )
        return self.batch((task_id, completion) for completion in completions)

    def batch(self, items: Iterable[tuple[str, str]]) -> list[Verdict]:
        """Return the verdict of each ``(task id, completion)``, in their order; tasks may be mixed.

        Raises:
            DataError: if there is no such task.
        """
        return self.submit(items).result()

    def submit(self, items: Iterable[tuple[str, str]]) -> Future[list[Verdict]]:
        """Start judging, as ``batch`` does, and return a future of the verdicts at once."""
        known = [(self.task(task_id), _text(completion)) for task_id, completion in items]
        return self._collector.put([(task, extract(task, text)) for task, text in known])

    async def judge_async(self, items: Iterable[tuple[str, str]]) -> list[Verdict]:
        """Return verdicts as ``batch`` does, without blocking the event loop."""
        import asyncio  # here, since it takes long to import and a command does not need it

        listed = list(items)
        future = await asyncio.to_thread(self.submit, listed)
        return await asyncio.wrap_future(future)

    def close(self) -> None:
        """Judge what was submitted, then end the processes and threads."""
        self._collector.close()
        self._scorer.close()


def _text(completion: object) -> str:
    """Return a completion, or say what it is if it is no text."""
    if isinstance(completion, str):
        return completion
    raise DataError(
        f"a completion is a text, not a value of type '{type(completion).__name__}'",
        "Of a chat's messages, give the content of the last: messages[-1]['content'].",
    )

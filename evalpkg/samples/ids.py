"""Finds the task that a row means, however its id is written."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence

from evalpkg.errors import DataError
from evalpkg.models import Task
from evalpkg.patterns import lazy_pattern

_NUMBERED = lazy_pattern(
    r"^(?P<set>[A-Za-z][A-Za-z+/_-]*?)[/_ -]?(?P<number>\d+)(?:[_/-]\w+)?$", re.ASCII
)
_FAMILY = lazy_pattern(
    r"^(?:openai|google|rust|rs)?(humaneval|mbpp)(?:rust|rs|x|plus|pack|packfix|fix|synthesize)?$"
)
"""Names of sets whose tasks have the numbers of HumanEval or MBPP, without marks."""
_MARKS = lazy_pattern(r"[^\w]+|_+")
_SHOWN = 200
"""Most characters of a task id in a message."""


class TaskIds:
    """The tasks of one or several sets, under every name that means exactly one of them.

    Args:
        tasks: all tasks of the sets, in the order in which they were published.
    """

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._tasks = tasks
        self._sets = {task.dataset for task in tasks}
        self._exact = {task.task_id for task in tasks}
        self._aliases: dict[str, set[str]] = {}
        for task in tasks:
            for alias in _aliases(task):
                self._aliases.setdefault(alias, set()).add(task.task_id)

    def find(self, written: str, where: str) -> str:
        """Return the id of the task that ``written`` means.

        Raises:
            DataError: if it fits no task, or several.
        """
        if written in self._exact:
            return written
        for name in _readings(written):
            meant = self._aliases.get(name, set())
            if len(meant) == 1:
                return next(iter(meant))
            if meant:
                raise DataError(
                    f"{where}: {written[:_SHOWN]!r} may mean {' or '.join(sorted(meant)[:4])}",
                    "Write the task id as the set has it: evalpkg tasks NAME lists them.",
                )
        near = difflib.get_close_matches(written[:_SHOWN], self._exact, n=3, cutoff=0.5)
        hint = f"Did you mean {' or '.join(near)}? " if near else ""
        raise DataError(
            f"{where}: task {written[:_SHOWN]!r} is not in the data set",
            f"{hint}--dataset names the data set that the samples were made for.",
        )

    def at(self, position: int, where: str) -> str:
        """Return the id of the task at ``position`` in the set, counted from 0.

        Raises:
            DataError: if the set has fewer tasks, or there are several sets.
        """
        if len(self._sets) > 1:
            raise DataError(
                f"{where}: there is no task id, and {len(self._sets)} task sets are named",
                "Entries without ids follow the order of one set: name only that one.",
            )
        if not 0 <= position < len(self._tasks):
            raise DataError(
                f"{where}: entry {position} of a list without task ids, and the set has "
                f"{len(self._tasks)} tasks",
                "Such a list follows the order of the task set: give the set it was made with.",
            )
        return self._tasks[position].task_id


def _aliases(task: Task) -> Iterator[str]:
    yield task.task_id.casefold()
    yield task.entry_point.casefold()
    yield _plain(task.task_id)
    for name in _numbered(task.task_id):
        yield name
        origin, _, number = name.partition("/")
        yield number
        yield f"rust/{number}"  # as in HumanEval-X and HumanEvalPack
        if "humaneval" in origin:
            yield f"humaneval/{number}"


def _readings(written: str) -> Iterator[str]:
    yield written.strip().casefold()
    yield from _numbered(written)
    yield _plain(written)


def _plain(name: str) -> str:
    """Return a name with ``_`` for all marks in it, as names of files have."""
    return _MARKS.sub("_", name.strip().casefold())


def _numbered(name: str) -> Iterator[str]:
    """Yield ``set/number`` for a name that holds both, in any form."""
    match = _NUMBERED.match(name.strip())
    if match is not None:
        letters = re.sub("[^a-z]", "", match["set"].casefold())
        family = _FAMILY.match(letters)
        yield f"{family[1] if family else letters}/{int(match['number'])}"

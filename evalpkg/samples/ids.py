"""Which task a row means: task ids as people write them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence

from evalpkg.errors import DataError
from evalpkg.models import Task

_NUMBERED = re.compile(r"^(?P<set>[A-Za-z][A-Za-z-]*)[/_ ](?P<number>\d+)(?:[_/]\w+)?$")


class TaskIds:
    """The tasks of a set by every name that means one of them and no other."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._tasks = tasks
        self._exact = {task.task_id for task in tasks}
        self._aliases: dict[str, set[str]] = {}
        for task in tasks:
            for alias in _aliases(task):
                self._aliases.setdefault(alias, set()).add(task.task_id)

    def find(self, written: str, where: str) -> str:
        """The id of the task that ``written`` means.

        Raises:
            DataError: if no task is meant, or several could be.
        """
        if written in self._exact:
            return written
        for name in _readings(written):
            meant = self._aliases.get(name, set())
            if len(meant) == 1:
                return next(iter(meant))
            if meant:
                raise DataError(
                    f"{where}: {written!r} may mean {' or '.join(sorted(meant)[:4])}",
                    "Write the task id as the set has it: evalpkg tasks.",
                )
        near = difflib.get_close_matches(written, self._exact, n=3, cutoff=0.5)
        raise DataError(
            f"{where}: there is no task {written!r}",
            f"Did you mean {' or '.join(near)}?"
            if near
            else "Is it another task set's file? Name the set with --dataset.",
        )

    def at(self, position: int, where: str) -> str:
        """The id of the task at ``position`` in the set.

        Raises:
            DataError: if there are not so many.
        """
        if position >= len(self._tasks):
            raise DataError(
                f"{where}: entry {position} of a list without task ids, and the set has "
                f"{len(self._tasks)} tasks",
                "Such a list follows the order of the task set: give the set it was made with.",
            )
        return self._tasks[position].task_id


def _aliases(task: Task) -> Iterator[str]:
    yield task.task_id.casefold()
    yield task.entry_point.casefold()
    yield from _numbered(task.task_id)


def _readings(written: str) -> Iterator[str]:
    yield written.casefold()
    yield from _numbered(written)


def _numbered(name: str) -> Iterator[str]:
    """``set/number``, however it is written and whatever follows."""
    match = _NUMBERED.match(name)
    if match is not None:
        yield f"{match['set'].casefold()}/{int(match['number'])}"

"""Sort tasks and group them into clusters; the tasks of a cluster share a problem.

Because tasks are sorted, the order in which a caller lists them changes no bit of any result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalpkg.errors import DataError
from evalpkg.models import Task

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Design:
    """Tasks in sorted order, and their clusters.

    Attributes:
        tasks: the ``T`` tasks, sorted by cluster, then by id.
        starts: index of each cluster's first task, shape ``(C,)`` for ``C`` clusters.
        sizes: number of tasks in each cluster, shape ``(C,)``.
    """

    tasks: tuple[Task, ...]
    starts: Ints
    sizes: Ints

    @property
    def trials(self) -> float:
        """The effective number of equally weighted clusters (Kish 1965), at most ``C``."""
        total = float(self.sizes.sum())
        return total * total / float((self.sizes**2).sum())

    def cluster_sums(self, values: Floats) -> Floats:
        """Sum ``values``, shape ``(..., T)``, over each cluster's tasks: shape ``(..., C)``."""
        sums: Floats = np.add.reduceat(values, self.starts, axis=-1)
        return sums


def cluster_key(task: Task) -> tuple[str, str]:
    """Return the key of a task's cluster; a task without a cluster is one of its own."""
    return ("cluster", task.cluster) if task.cluster else ("task", task.task_id)


def make_design(tasks: Sequence[Task]) -> Design:
    """Sort the tasks and find their clusters.

    Raises:
        DataError: if there are no tasks, or two have the same id.
    """
    if not tasks:
        raise DataError("there are no tasks to compute metrics over")
    ordered = sorted(tasks, key=lambda task: (cluster_key(task), task.task_id))
    seen = {task.task_id for task in ordered}
    if len(seen) < len(ordered):
        raise DataError("two tasks have the same id", "Remove the duplicate from the task file.")
    keys = [cluster_key(task) for task in ordered]
    starts = [i for i, key in enumerate(keys) if i == 0 or key != keys[i - 1]]
    sizes = np.diff([*starts, len(keys)])
    return Design(tuple(ordered), np.asarray(starts, dtype=np.int64), sizes.astype(np.int64))

"""Identity of a sample, and the list of those that a run asks for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from evalpkg.models import Role, Task
from evalpkg.results.shards import WHOLE, Shard

SampleKey = tuple[Role, str, int]
"""``(role, task_id, index)``: nothing else identifies a sample."""


def key_of(record: Mapping[str, Any]) -> SampleKey:
    """The key in a record of either log.

    Raises:
        KeyError, TypeError, ValueError: if the record has none.
    """
    role, task_id, index = Role(record["role"]), record["task_id"], record["index"]
    if not isinstance(task_id, str) or type(index) is not int:
        raise TypeError("task_id must be a text and index a number")
    return (role, task_id, index)


def expected_keys(
    tasks: Iterable[Task], roles: Sequence[Role], num_samples: int, shard: Shard = WHOLE
) -> Iterator[SampleKey]:
    """Every key that a run, or its part ``shard``, asks for: by model, then task, then index."""
    ids = [task.task_id for task in tasks]
    for role in roles:
        for task_id in ids:
            for index in range(num_samples):
                if shard.owns(role, task_id, index):
                    yield (role, task_id, index)

"""The requested samples of a run, and their distribution over hosts."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from evalpkg.errors import ConfigError
from evalpkg.models import Role, Task

SampleKey = tuple[Role, str, int]
"""Identity of a sample: ``(role, task_id, index)``."""

Uneven = Mapping[Role, Mapping[str, int]]
"""By model, the tasks that have fewer samples than the others, with their number. A run requests
the same number for each task, but files of samples may have more of one task than of another."""

EVEN: Uneven = MappingProxyType({})
"""The same number of samples for each task."""


def shard_of(task_id: str, index: int, role: Role, shards: int) -> int:
    """Return the shard, in ``0 .. shards - 1``, that makes this sample.

    A hash of model and task chooses the shard of the first sample; the next samples go to the next
    shards in turn. So two shards differ by at most one sample of any task. The result depends
    neither on the order of the tasks nor on the choice of tasks.
    """
    digest = hashlib.sha256(f"{role.value}\0{task_id}".encode("utf-8", "surrogatepass")).digest()
    return (int.from_bytes(digest[:8], "big") + index) % shards


@dataclass(frozen=True, slots=True)
class Shard:
    """Part ``index`` of ``count`` of a run, counted from 0."""

    index: int
    count: int

    def owns(self, role: Role, task_id: str, index: int) -> bool:
        """Tell whether this part makes the sample."""
        return self.count == 1 or shard_of(task_id, index, role, self.count) == self.index

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"


WHOLE = Shard(0, 1)
"""The only part of an undivided run."""


def parse_shard(text: str | None) -> Shard:
    """Parse ``"i/n"`` with ``0 <= i < n``; None is the whole run.

    Raises:
        ConfigError: for anything else.
    """
    if text is None:
        return WHOLE
    match = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
    if match is None or int(match[1]) >= int(match[2]):
        raise ConfigError(
            f"shard {text!r} is not of the form i/n",
            "Write i/n with 0 <= i < n: 0/4 is the first of four parts, 3/4 the last.",
        )
    return Shard(int(match[1]), int(match[2]))


def key_of(record: Mapping[str, Any]) -> SampleKey:
    """Return the key in a record of either log.

    Raises:
        KeyError, TypeError, ValueError: if the record has none.
    """
    role, task_id, index = Role(record["role"]), record["task_id"], record["index"]
    if not isinstance(task_id, str) or type(index) is not int:
        raise TypeError("task_id must be a text and index a number")
    return (role, task_id, index)


def expected_keys(
    tasks: Iterable[Task],
    roles: Sequence[Role],
    num_samples: int,
    shard: Shard = WHOLE,
    uneven: Uneven = EVEN,
) -> Iterator[SampleKey]:
    """List every key of a run, or of its part ``shard``: by model, then task, then index."""
    ids = [task.task_id for task in tasks]
    for role in roles:
        fewer = uneven.get(role, {})
        for task_id in ids:
            for index in range(fewer.get(task_id, num_samples)):
                if shard.owns(role, task_id, index):
                    yield (role, task_id, index)

"""Find the instances of a generic entry point that the tests use, in the compiled oracle."""

from __future__ import annotations

import itertools

from evalpkg.models import Task
from evalpkg.scoring.oracle import instance_types, mark, module_name
from evalpkg.scoring.signature import read_signature

Instances = tuple[tuple[tuple[int, ...], tuple[str, ...]], ...]
"""For each instance: the numbers of its types, and their names."""

MOST = 64
"""The most instances of one task."""


def used_instances(task: Task, library: bytes) -> Instances:
    """Return the instances whose marks an oracle's library holds.

    Args:
        task: a task with a generic entry point.
        library: the bytes of its oracle's library.
    """
    signature = read_signature(task.prompt, task.entry_point)
    types = instance_types(signature)
    module = module_name(task)
    used = [
        [n for n in range(len(types)) if mark(module, parameter, n).encode() in library]
        for parameter in signature.type_parameters
    ]
    combinations = itertools.islice(itertools.product(*used), MOST)
    return tuple((numbers, tuple(types[n] for n in numbers)) for numbers in combinations)

"""Find the instances of a generic entry point that the tests use, in the compiled oracle."""

from __future__ import annotations

import itertools
import re

from evalpkg.models import Task
from evalpkg.scoring.oracle import More, instance_types, mark, module_name
from evalpkg.scoring.signature import STD_PATHS, Signature, read_signature

Instances = tuple[tuple[tuple[int, ...], tuple[str, ...]], ...]
"""For each instance: the numbers of its types, and their names."""

MOST = 64
"""The most instances of one task."""


def used_instances(task: Task, library: bytes, more: More) -> Instances:
    """Return the instances whose marks an oracle's library holds.

    Args:
        task: a task with a generic entry point.
        library: the bytes of its oracle's library.
        more: what the library was built with beyond the usual types.
    """
    signature = read_signature(task.prompt, task.entry_point)
    types = [instance_types(signature, one, more) for one in signature.generic]
    module = module_name(task)
    used = [
        [n for n in range(len(known)) if mark(module, parameter, n).encode() in library]
        for parameter, known in zip(signature.generic, types, strict=True)
    ]
    combinations = itertools.islice(itertools.product(*used), MOST)
    return tuple(
        (numbers, tuple(known[n] for known, n in zip(types, numbers, strict=True)))
        for numbers in combinations
    )


_WANTED = re.compile(r"the trait bound `(.+): (?:\w+::)*Instance(\w+)` is not satisfied")
_NAME = re.compile(r"(?:\b\w+::)*\b([A-Z]\w*)")
_PRELUDE = ("Option", "Result", "String", "Vec", "Box")


def wanted_instance(signature: Signature, message: str) -> tuple[str, str] | None:
    """Return the generic parameter and its type or value that an error of rustc asks for.

    Args:
        signature: the entry point's signature.
        message: the error's first sentence, as rustc wrote it.

    Returns:
        None if the error is about something else, or if the type cannot be named.
    """
    found = _WANTED.search(message)
    if found is None or found[2] not in signature.generic:
        return None
    text, parameter = found[1], found[2]
    if parameter in dict(signature.constants):
        return parameter, text.split("<", 1)[1][:-1].strip("{} ")
    text = text.replace("{integer}", "i32").replace("{float}", "f64")
    text = re.sub(r"'\w+", "'_", text).replace("&'_ ", "&")
    unknown = False
    own = {name.rsplit("::", 1)[-1] for name in signature.own.names}

    def path(match: re.Match[str]) -> str:
        nonlocal unknown
        name = match[1]
        if name in own or name in _PRELUDE:
            return name
        unknown = unknown or name not in STD_PATHS
        return STD_PATHS.get(name, name)

    text = _NAME.sub(path, text)
    return None if unknown else (parameter, text)

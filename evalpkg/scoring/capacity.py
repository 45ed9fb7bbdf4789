"""Find out how many programs this machine can judge at once, before it judges any.

On a machine that is too small right programs would fail: it would refuse them memory, processes or
files, or the kernel would end them. Fewer workers need less of everything.
"""

from __future__ import annotations

import logging
import os
import re
import resource
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from evalpkg.errors import EnvironmentUnfitError
from evalpkg.sandbox.scratch import ROOM, scratch_root
from evalpkg.sandbox.trial import THREADS
from evalpkg.scoring.refusals import own_groups
from evalpkg.scoring.scoring_settings import ScoringSettings, default_workers

OWN_MEMORY = 256
"""MiB that this process needs, and that a worker needs beside the program that it judges."""

OWN_PROCESSES = 64
"""Processes and threads of one worker beside the program's: compiler, linker and sandbox."""

LEAST_ROOM = 24 << 20
"""Twice the bytes that one batch of ordinary programs takes in the scratch folder."""

_OWNER_AND_THREADS = re.compile(r"^Uid:\t(\d+).*?^Threads:\t(\d+)", re.MULTILINE | re.DOTALL)

_log = logging.getLogger("evalpkg.scoring")


class Supply(NamedTuple):
    """A resource of this machine that is limited.

    Attributes:
        what: its name, and whose limit it is.
        there: the amount available.
        worker: the amount that one worker may use.
        unit: the unit of both amounts, with a space before it.
        cure: advice on how to get more.
    """

    what: str
    there: int
    worker: int
    unit: str
    cure: str

    def sentence(self) -> str:
        """Say how much there is, how much is needed, and how to get more."""
        there, worker = f"{self.there:,}{self.unit}", f"{self.worker:,}{self.unit}"
        return f"{self.what}: {there}, and one worker may use {worker}. {self.cure}"


def fitting_workers(settings: ScoringSettings) -> int:
    """Return the number of workers to run: those asked for, or as many as the machine can hold.

    A lower number is logged as a warning.

    Raises:
        EnvironmentUnfitError: if not even one program could be judged.
    """
    asked = settings.workers or default_workers()
    workers = asked
    for supply in _supplies(settings):
        fits = supply.there // supply.worker
        if fits < 1:
            _log.warning(
                "%s A program that needs more is 'resource_limit' here.", supply.sentence()
            )
        if fits < workers:
            workers = max(1, fits)
            _log.warning("%d of %d workers: %s", workers, asked, supply.sentence())
    return workers


def is_cramped(settings: ScoringSettings) -> bool:
    """Tell whether the limits let one program use more of something than this machine has.

    If so, a refusal that a program meets while it runs alone counts as its own use.
    """
    return any(supply.there < supply.worker for supply in _supplies(settings))


def _supplies(settings: ScoringSettings) -> Iterator[Supply]:
    memory, whose = _memory_mib()
    yield Supply(
        f"memory ({whose})",
        max(0, memory - OWN_MEMORY),
        settings.memory_mib + OWN_MEMORY,
        " MiB",
        "Give it more, or ask for fewer with --n-workers.",
    )
    free = _free()
    if free < LEAST_ROOM:
        raise EnvironmentUnfitError(
            f"{scratch_root().parent} has {free >> 20} MiB left, and one program needs "
            f"{LEAST_ROOM >> 20} MiB to be compiled",
            "Free some space there, or point TMPDIR at a folder with more.",
        )
    yield Supply(
        f"room in {scratch_root().parent}",
        free >> 20,
        ROOM >> 20,
        " MiB",
        "Point TMPDIR at a folder with more.",
    )
    for whose, room, cure in (
        (
            "control group",
            _process_room(),
            "Raise its limit (pids.max; 'docker run --pids-limit').",
        ),
        ("user", _user_room(), "Raise its limit ('ulimit -u')."),
    ):
        if room is None:
            continue
        if room < OWN_PROCESSES // 2:
            raise EnvironmentUnfitError(
                f"this {whose} has room for {room} more processes and threads, and compiling "
                f"one program takes {OWN_PROCESSES // 2}",
                cure,
            )
        what = f"processes and threads of this {whose}"
        yield Supply(what, room, THREADS + OWN_PROCESSES, "", cure)


def _free() -> int:
    """Return the free bytes on the file system where programs are compiled."""
    return shutil.disk_usage(scratch_root()).free


def _memory_mib() -> tuple[int, str]:
    """Return the MiB of memory that this process may use, and whose limit that is."""
    total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    found = [(total, "of this machine")]
    for folder in own_groups("memory"):
        for name in ("memory.max", "memory.limit_in_bytes"):
            limit = _number(folder / name)
            if limit is not None:
                found.append((limit, f"limit of control group {folder.name or '/'}"))
    least, whose = min(found)
    return least >> 20, whose


def _process_room() -> int | None:
    """Return how many processes and threads may still start; None without a group's limit."""
    rooms = []
    for folder in own_groups("pids"):
        limit, current = _number(folder / "pids.max"), _number(folder / "pids.current")
        if limit is not None:
            rooms.append(max(0, limit - (current or 0)))
    return min(rooms, default=None)


def _user_room() -> int | None:
    """Return how many processes and threads this user may still start.

    None without a limit, and for root, whose processes the kernel does not limit.
    """
    limit, _ = resource.getrlimit(resource.RLIMIT_NPROC)
    user = os.getuid()
    if user == 0 or limit == resource.RLIM_INFINITY:
        return None
    return max(0, limit - sum(_threads_of(user)))


def _threads_of(user: int) -> Iterator[int]:
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            text = status.read_text(encoding="ascii", errors="replace")
        except OSError:
            continue  # it ended meanwhile
        found = _OWNER_AND_THREADS.search(text)
        if found and int(found[1]) == user:
            yield int(found[2])


def _number(file: Path) -> int | None:
    """Read the number in a control group's file; None for ``max`` or a missing file."""
    try:
        return int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None

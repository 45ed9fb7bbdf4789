"""How many programs this machine can judge at once, found out before it does.

A machine that is too small would otherwise fail programs that are right: their memory, processes or
files are refused, or the kernel ends them. Fewer workers need less of everything.
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
"""MiB for this process, and for a worker beside the program that it judges."""

OWN_PROCESSES = 64
"""Processes and threads of one worker beside the program's: the compiler, the linker, the boxes."""

LEAST_ROOM = 24 << 20
"""Bytes that one batch of ordinary programs takes in the scratch folder, and as much again."""

_OWNER_AND_THREADS = re.compile(r"^Uid:\t(\d+).*?^Threads:\t(\d+)", re.MULTILINE | re.DOTALL)

_log = logging.getLogger("evalpkg.scoring")


class Supply(NamedTuple):
    """One thing that there is only so much of.

    Attributes:
        what: its name, and whose limit it is.
        there: how much there is.
        worker: what one worker may use of it.
        unit: of both numbers, with a space before it.
        cure: how to get more.
    """

    what: str
    there: int
    worker: int
    unit: str
    cure: str

    def sentence(self) -> str:
        """What there is, what is needed, and how to get more."""
        there, worker = f"{self.there:,}{self.unit}", f"{self.worker:,}{self.unit}"
        return f"{self.what}: {there}, and one worker may use {worker}. {self.cure}"


def fitting_workers(settings: ScoringSettings) -> int:
    """The number of workers asked for, or fewer where the machine is too small; it says so.

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
    """Tell whether there is less of something than the limits let one program use.

    What this machine refuses a program that nothing runs beside is then the program's own use.
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
    """Bytes left where programs are compiled."""
    return shutil.disk_usage(scratch_root()).free


def _memory_mib() -> tuple[int, str]:
    """Memory that there is for this process, and whose limit that is."""
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
    """Processes and threads that may still be started; None where no control group limits them."""
    rooms = []
    for folder in own_groups("pids"):
        limit, current = _number(folder / "pids.max"), _number(folder / "pids.current")
        if limit is not None:
            rooms.append(max(0, limit - (current or 0)))
    return min(rooms, default=None)


def _user_room() -> int | None:
    """Processes and threads that this user may still start; None for root, who is not counted."""
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
    """The number in a control group's file; None for ``max``, or where there is no such file."""
    try:
        return int(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None

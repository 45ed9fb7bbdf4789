"""Checks of Python, disk, memory and GPU."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from evalpkg.doctor.check import Diagnosis

MIN_PYTHON = (3, 11)
MIN_FREE_GB = 2.0
"""Free disk space that a run needs, in GB: about 0.3 for results, the rest to compile and cache."""
MIN_MEMORY_GB = 2.0


def python() -> Diagnosis:
    """Check the interpreter's version."""
    return Diagnosis(
        "python",
        sys.version_info >= MIN_PYTHON,
        f"{platform.python_version()} at {sys.executable}",
        f"Python {'.'.join(map(str, MIN_PYTHON))} or newer is needed.",
        required=True,
    )


def disk(output_dir: Path) -> Iterator[Diagnosis]:
    """Check free space and write permission of the folders for results and temporary files."""
    for name, path in (("disk: results", output_dir), ("disk: temporary", _tmp())):
        above = (path.absolute(), *path.absolute().parents)
        existing = next(p for p in above if os.access(p, os.F_OK))
        free = shutil.disk_usage(existing).free / 1e9
        problem = ""
        if not existing.is_dir():
            problem = "is a file"
        elif not os.access(existing, os.W_OK | os.X_OK):
            problem = "is not writable"
        room = f"Free some space ({MIN_FREE_GB:.0f} GB) or name" if not problem else "Name"
        yield Diagnosis(
            name,
            not problem and free >= MIN_FREE_GB,
            f"{existing} {problem}" if problem else f"{free:.1f} GB free at {existing}",
            f"{room} another folder (--output-dir, TMPDIR).",
            required=True,
        )


def _tmp() -> Path:
    try:
        return Path(tempfile.gettempdir())
    except FileNotFoundError:  # nothing can be written anywhere; later checks say why
        return Path(os.environ.get("TMPDIR") or "/")


def memory() -> Diagnosis:
    """Check the memory that is available, in GB."""
    available = 0.0
    for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
        if line.startswith("MemAvailable:"):
            available = int(line.split()[1]) / 1e6
    return Diagnosis(
        "memory",
        available >= MIN_MEMORY_GB,
        f"{available:.1f} GB available",
        "Fewer --n-workers or a smaller --memory-mib need less.",
    )


def gpu() -> Diagnosis:
    """Check for GPUs with ``nvidia-smi``; names each with its driver and memory."""
    query = ["nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=20, check=True)
        found = "; ".join(line.strip() for line in answer.stdout.splitlines() if line.strip())
    except (OSError, subprocess.SubprocessError):
        found = ""
    return Diagnosis(
        "gpu",
        bool(found),
        found or "none: models run on the CPU",
        "" if found else "An 8B model needs an NVIDIA GPU; the embedded model does not.",
    )

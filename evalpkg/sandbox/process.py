"""Running a confined command from here: an empty environment, bounded output, bounded time."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence

SANDBOX_FAILED = 125
"""Exit status by which ``evalbox`` says that it, not the program inside, failed."""

TIMED_OUT = -1


def run_bounded(command: Sequence[str], wall_s: float, keep_bytes: int) -> tuple[int, str]:
    """Run ``command``; its status (``TIMED_OUT`` after ``wall_s``) and the start of its stderr.

    Standard error goes to a file, so that a flood is bounded by the box's file size limit and
    never by our memory.
    """
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env={},
            close_fds=True,
        )
        try:
            status = process.wait(wall_s)
        except subprocess.TimeoutExpired:
            status = TIMED_OUT
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        errors.seek(0)
        return status, errors.read(keep_bytes).decode("utf-8", "replace")

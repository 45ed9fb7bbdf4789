"""Runs a confined command with an empty environment, bounded output and bounded time."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence

SANDBOX_FAILED = 125
"""Exit status with which ``evalbox`` says that itself failed, not the program inside."""

TIMED_OUT = -1


def run_bounded(command: Sequence[str], wall_s: float, keep_bytes: int) -> tuple[int, str]:
    """Run ``command``; return its exit status and the start of its standard error.

    The status is ``TIMED_OUT`` after ``wall_s`` seconds. Standard error goes to a file, so that the
    box's limit on file sizes bounds it, and our memory need not.
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

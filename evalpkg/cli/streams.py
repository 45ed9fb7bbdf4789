"""Standard streams that the parent process has closed, or that nobody reads."""

from __future__ import annotations

import os
import select
import sys

_MODES = ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w"))


def open_closed_streams() -> None:
    """Open ``/dev/null`` in place of every closed standard stream (``>&-``).

    Otherwise the next opened file would get the stream's number, and output would go into it.
    """
    for number, name, mode in _MODES:
        try:
            os.fstat(number)
        except OSError:
            # open takes the lowest free number: this one, since all lower ones are open by now.
            os.open(os.devnull, os.O_RDWR)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115


def is_unread() -> bool:
    """Tell whether standard output is a pipe without a reader, as behind ``| head -1``."""
    poll = select.poll()
    poll.register(1, 0)
    return any(event & select.POLLERR for _, event in poll.poll(0))

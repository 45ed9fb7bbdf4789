"""Standard streams that whoever started us closed."""

from __future__ import annotations

import os
import sys

_MODES = ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w"))


def open_closed_streams() -> None:
    """Put the empty device where a standard stream is closed (``>&-``).

    Otherwise the next file that is opened gets its number, and what is printed lands in that file.
    """
    for number, name, mode in _MODES:
        try:
            os.fstat(number)
        except OSError:
            # The lowest free number, which is this one: all below it are open by now.
            os.open(os.devnull, os.O_RDWR)
        if getattr(sys, name) is None:
            setattr(sys, name, open(number, mode, encoding="utf-8", closefd=False))  # noqa: SIM115

"""Loads matplotlib without the user's own settings for it.

A figure must be the same on every machine, because ``verify`` draws it again. Settings that are
meant for other programs must not end a run either: a notebook sets ``MPLBACKEND`` for all programs
that are started in it, to a module that this environment need not have.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_VARIABLES = {"MPLBACKEND": None, "MATPLOTLIBRC": os.devnull}
"""Environment while matplotlib is loaded; None removes a variable."""


def load_artist() -> None:
    """Load matplotlib, if no other code of this process has loaded it."""
    if "matplotlib.figure" not in sys.modules:
        with _environment(), _in_silence():
            import matplotlib.figure  # noqa: F401 - later imports find it


@contextmanager
def _environment() -> Iterator[None]:
    kept = {name: os.environ.get(name) for name in _VARIABLES}
    _set(_VARIABLES)
    try:
        yield
    finally:
        _set(kept)


def _set(variables: dict[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@contextmanager
def _in_silence() -> Iterator[None]:
    """Keep back matplotlib's notes about its cache folder and its file of settings."""
    log = logging.getLogger("matplotlib")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(level)

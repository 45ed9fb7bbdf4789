"""Errors a user can act on, and the exit codes of every command.

Each error names its cause and its cure. The command line prints both and no traceback.
"""

from __future__ import annotations

from collections.abc import Collection
from enum import IntEnum


class ExitCode(IntEnum):
    """Exit status of every ``evalpkg`` command."""

    OK = 0
    BUG = 1
    """An unforeseen error: a traceback is printed, please report it."""
    USAGE = 2
    """A flag, variable or configuration value that cannot be used."""
    ENVIRONMENT = 3
    """This machine lacks something: rustc, a working sandbox, a GPU or disk space."""
    DATA = 4
    """An input file is missing, malformed or contradicts another one."""
    GATE = 5
    """The self-check before a run failed: canonical solutions or the sandbox."""
    INCOMPLETE = 6
    """The run ended, but some samples have no verdict (infrastructure errors)."""
    MISMATCH = 7
    """``verify`` found something that does not hold."""
    NOT_MET = 8
    """``gate``: the run does not meet the condition."""
    INTERRUPTED = 130
    UNREAD = 141
    """Nothing reads standard output any more, as shells report it of a command before ``head``."""


COPY_AGAIN = "Was it cut off or edited? Copy it again from where it was made."
"""The cure for a damaged file that this package wrote."""


class EvalError(Exception):
    """A failure with a known cause and a cure.

    Args:
        cause: what is wrong, naming the value that was found.
        cure: what the user can do about it; empty if nothing can be done.
    """

    exit_code: ExitCode = ExitCode.USAGE

    def __init__(self, cause: str, cure: str = "") -> None:
        super().__init__(cause)
        self.cause = cause
        self.cure = cure


class ConfigError(EvalError):
    """A configuration value, flag or environment variable that cannot be used."""

    exit_code = ExitCode.USAGE


class EnvironmentUnfitError(EvalError):
    """This machine lacks something that the command needs (rustc, model weights, disk space)."""

    exit_code = ExitCode.ENVIRONMENT


class SandboxUnavailableError(EnvironmentUnfitError):
    """The chosen sandbox is missing here, or its self-test showed that it does not confine."""


class DataError(EvalError):
    """An input file is missing, malformed or contradicts another one."""

    exit_code = ExitCode.DATA


class GateError(EvalError):
    """The self-check before a run failed."""

    exit_code = ExitCode.GATE


def require_choice(value: str, choices: Collection[str], cause: str) -> None:
    """Refuse a value that is none of ``choices``.

    Raises:
        ConfigError: with ``cause``, and the choices as the cure.
    """
    if value not in choices:
        raise ConfigError(cause, f"Choose one of: {', '.join(choices)}.")

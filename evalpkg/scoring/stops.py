"""Explain why rustc ended without an error in any module.

The program may be the cause, or the machine: no memory, no process, no space left, a signal from
outside. The program is blamed only if rustc ends so again when the program is compiled alone and
nothing else runs, while another program compiles. ``Stop.is_certain`` names the few reasons that
need no such proof.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any

from evalpkg.patterns import lazy_pattern
from evalpkg.sandbox.process import SANDBOX_FAILED, TIMED_OUT
from evalpkg.scoring.diagnostics import EXHAUSTED

SIGKILL, SIGXCPU, SIGXFSZ = 9, 24, 25

OVERFLOWED = "overflowed its stack"
"""Words of rustc's own handler, and of std's."""

_FOLDERS = lazy_pattern(r"(?:/[\w.+-]+)+/(?=[\w.+-])")
"""Paths of folders, which are removed from messages: they would tell about this machine."""

_LINKER_SIGNAL = lazy_pattern(r"^linking with .* failed: signal: (\d+)")


class Stop(Enum):
    """The reason why a crate was not compiled, where no module has an error."""

    TIMEOUT = "timeout"
    """rustc used all of its CPU time."""
    TOO_LARGE = "too large"
    """A file grew beyond its limit."""
    STALLED = "stalled"
    """rustc took very long without using up its CPU time."""
    MEMORY = "memory"
    """An allocation was refused."""
    FULL = "full"
    """No space was left where programs are compiled."""
    KILLED = "killed"
    """SIGKILL ended it. No limit of ours sends that: the kernel does when memory runs out."""
    CRASH = "crash"
    """rustc ended in some other way."""
    STACK = "stack"
    """rustc overflowed its stack, whose size does not depend on the machine."""
    LINK = "link"
    """The linker failed."""
    INFRA = "infra"
    """The sandbox failed."""

    @property
    def is_certain(self) -> bool:
        """True if only the program can be the cause, however busy the machine was."""
        return self in (Stop.TIMEOUT, Stop.TOO_LARGE, Stop.STACK)


def explain(status: int, text: str, found: Sequence[dict[str, Any]]) -> tuple[Stop, str]:
    """Return the reason why rustc ended, and a detail in a few words.

    Args:
        status: exit status, or 128 plus the number of the signal that ended it.
        text: its whole output on standard error.
        found: the errors in that text.
    """
    plain = [line for line in text.split("\n") if line and not line.startswith("{")]
    messages = [str(message.get("message", "")) for message in found]
    telling = [line for line in plain if "error" in line or "panicked" in line]
    detail = (messages or telling or plain or [f"rustc ended with status {status}"])[0]
    detail = _FOLDERS.sub("", detail)[:500]
    if status == SANDBOX_FAILED:
        return Stop.INFRA, "; ".join(plain)[:500] or "the sandbox failed"
    if status == TIMED_OUT:
        return Stop.STALLED, "compiling took too much time"
    # An error with a place in a file may quote the program's own text, so those are not searched.
    said = "\n".join([*plain, *_without_place(found)])
    by_signal = _by_signal(_signals(status, messages))
    if by_signal is not None:
        return by_signal
    if "No space left on device" in said:
        return Stop.FULL, "no space left where programs are compiled"
    if "File too large" in said:
        return Stop.TOO_LARGE, "the compiled program is too large"
    exhausted = "memory allocation of" in said or "out of memory" in said.lower()
    if exhausted or EXHAUSTED in messages:
        return Stop.MEMORY, "compiling took too much memory"
    if OVERFLOWED in said:
        return Stop.STACK, "the compiler overflowed its stack"
    if any("linking with" in message for message in messages):
        return Stop.LINK, detail
    return Stop.CRASH, detail


def _without_place(found: Sequence[dict[str, Any]]) -> list[str]:
    """Return the texts of errors without a place in a file, and of their notes."""
    texts = []
    for message in found:
        if not message.get("spans"):
            texts.append(str(message.get("message", "")))
            texts += [str(note.get("message", "")) for note in message.get("children", ())]
    return texts


def _signals(status: int, messages: Sequence[str]) -> set[int]:
    """Return the numbers of the signals that ended rustc or its linker."""
    linker = (_LINKER_SIGNAL.match(message) for message in messages)
    return {int(found[1]) for found in linker if found} | (
        {status - 128} if status > 128 else set()
    )


def _by_signal(signals: set[int]) -> tuple[Stop, str] | None:
    if SIGKILL in signals:
        return Stop.KILLED, "the compiler was killed (is this machine short of memory?)"
    if SIGXCPU in signals:
        return Stop.TIMEOUT, "compiling took too much time"
    if SIGXFSZ in signals:
        return Stop.TOO_LARGE, "the compiled program is too large"
    return None

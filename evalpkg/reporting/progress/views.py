"""Two displays of progress for people: a live block on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TextIO

from evalpkg.printable import printable
from evalpkg.reporting.progress.snapshot import Snapshot, State

if TYPE_CHECKING:
    from rich.console import Console, Group

PLAIN_INTERVAL_S = 5.0
QUIET_INTERVAL_S = 60.0
"""Seconds between two lines of a plain log when the count has not changed."""


class View(Protocol):
    """Shows snapshots until it is closed. The command, not the view, reports a run's error."""

    def show(self, snapshot: Snapshot, *, force: bool = False) -> None:
        """Show ``snapshot``; a view may skip it unless ``force``."""

    def note(self, text: str) -> None:
        """Show one line beside the counts."""

    def close(self, snapshot: Snapshot) -> None:
        """Show the last state and give the terminal back."""


def duration(seconds: float) -> str:
    """Write a duration as ``1:02:03``, or as ``2:03`` if it is below an hour.

    >>> duration(3723.4), duration(123)
    ('1:02:03', '2:03')
    """
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def gpu_memory() -> str:
    """Say how much GPU memory is in use; empty if no CUDA device is. Never imports torch."""
    torch = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "cuda") or not torch.cuda.is_initialized():
        return ""
    free, total = torch.cuda.mem_get_info()
    return f"{(total - free) / 2**30:.1f} of {total / 2**30:.1f} GiB"


def describe(snapshot: Snapshot) -> list[tuple[str, str]]:
    """List the labels and values to show, in reading order."""
    parts = []
    if snapshot.total:
        parts.append(("samples", f"{snapshot.done:,} of {snapshot.total:,}"))
    elif snapshot.done:
        parts.append(("samples", f"{snapshot.done:,}"))
    if snapshot.rate_per_s is not None:
        parts.append(("rate", f"{snapshot.rate_per_s:,.1f}/s"))
    if snapshot.tokens_per_s is not None:
        parts.append(("tokens", f"{snapshot.tokens_per_s:,.0f}/s"))
    if snapshot.eta_s is not None and snapshot.total > snapshot.done:
        parts.append(("left", duration(snapshot.eta_s)))
    if snapshot.cache_hits:
        parts.append(("cached", f"{snapshot.cache_hits:,}"))
    if snapshot.verdicts:
        counts = sorted(snapshot.verdicts.items(), key=lambda item: (-item[1], item[0]))
        parts.append(("verdicts", ", ".join(f"{kind} {count:,}" for kind, count in counts)))
    memory = gpu_memory()
    if memory:
        parts.append(("GPU memory", memory))
    return parts


class PlainView:
    """A line every few seconds, for logs and pipes."""

    def __init__(
        self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream if stream is not None else sys.stderr
        self._clock = clock
        self._last_time = float("-inf")
        self._last: tuple[str, int] | None = None

    def show(self, snapshot: Snapshot, *, force: bool = False) -> None:
        """Print a line, unless the last one is too recent."""
        now, state = self._clock(), (snapshot.phase, snapshot.done)
        wait = PLAIN_INTERVAL_S if state != self._last else QUIET_INTERVAL_S
        if not force and now - self._last_time < wait:
            return
        self._last_time, self._last = now, state
        said = ", ".join(f"{label} {value}" for label, value in describe(snapshot))
        self._print(f"{snapshot.phase}: {said}" if said else snapshot.phase)

    def note(self, text: str) -> None:
        """Print ``text``."""
        self._print(printable(text))

    def close(self, snapshot: Snapshot) -> None:
        """Print the last state, unless the last line says the same."""
        if self._last != (snapshot.phase, snapshot.done):
            self.show(snapshot, force=True)
        if snapshot.state is not State.RUNNING:
            self._print(snapshot.state)

    def _print(self, line: str) -> None:
        print(line, file=self._stream, flush=True)


class LiveView:
    """A block that rewrites itself on a terminal."""

    def __init__(self, console: Console | None = None) -> None:
        from rich.console import Console as RichConsole
        from rich.live import Live

        self._console = console or RichConsole(stderr=True)
        # If standard output is a file or pipe, text written to it must not go to the terminal.
        self._live = Live(
            console=self._console, auto_refresh=False, redirect_stdout=sys.stdout.isatty()
        )
        self._live.start()

    def show(self, snapshot: Snapshot, *, force: bool = False) -> None:
        """Draw ``snapshot``."""
        self._live.update(self._block(snapshot), refresh=True)

    def note(self, text: str) -> None:
        """Print ``text`` above the block."""
        self._console.print(printable(text), markup=False, highlight=False)

    def close(self, snapshot: Snapshot) -> None:
        """Leave the last state on the screen."""
        self.show(snapshot)
        self._live.stop()

    @staticmethod
    def _block(snapshot: Snapshot) -> Group:
        from rich.console import Group as RichGroup
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        title = Text(snapshot.phase, style="bold")
        if snapshot.state is not State.RUNNING:
            title.append(f"  {snapshot.state}", style="dim")
        table = Table.grid(padding=(0, 2))
        if snapshot.total:
            # The bar needs a row of a table: by itself it does not end its line.
            bar = ProgressBar(total=snapshot.total, completed=snapshot.done, width=60, pulse=False)
            table.add_row(Text("progress", style="dim"), bar)
        for label, value in describe(snapshot):
            table.add_row(Text(label, style="dim"), Text(value))
        return RichGroup(title, table)

"""The two displays of a fleet's run: a live table on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TextIO

from evalpkg.fleet.board import Board, HostRow
from evalpkg.fleet.events import Event
from evalpkg.printable import printable
from evalpkg.reporting.progress.views import duration

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

HEAD = ("host", "phase", "samples", "rate", "left", "GPU", "verdicts", "rent", "last event")
PLAIN_S = 30.0
SHOWN_VERDICTS = 3


class Screen(Protocol):
    """A display of a run."""

    def show(self, board: Board, now: float) -> None:
        """Show the state of all hosts, and their rent until ``now``, in seconds since 1970."""

    def tell(self, event: Event) -> None:
        """Show one event."""

    def close(self, board: Board, now: float) -> None:
        """Show the final state, and release the terminal."""


def cells(row: HostRow, now: float) -> tuple[str, ...]:
    """Format the table row of one host."""
    rate, eta, rent = row.number("rate_per_s"), row.number("eta_s"), row.rent(now)
    return (
        row.name,
        row.phase,
        samples(row.status.get("done"), row.status.get("total")),
        "-" if rate is None else f"{rate:,.1f}/s",
        "-" if eta is None else duration(eta),
        row.gpu,
        mix(row.verdicts),
        f"{rent:.2f}" if rent else "-",
        printable(row.last.splitlines()[0] if row.last else ""),
    )


def totals(board: Board, now: float) -> tuple[str, ...]:
    """Format the last table row: totals, and the longest time left."""
    rows = list(board.rows.values())
    waits = [wait for row in rows if (wait := row.number("eta_s")) is not None]
    rate = sum(row.number("rate_per_s") or 0.0 for row in rows)
    verdicts = sum((row.verdicts for row in rows), Counter[str]())
    rent = sum(row.rent(now) for row in rows)
    working = sum(row.status.get("state") == "running" and not row.error for row in rows)
    return (
        f"{len(rows)} hosts",
        f"{working} working",
        samples(sum(int(row.number("done") or 0) for row in rows),
                sum(int(row.number("total") or 0) for row in rows)),
        f"{rate:,.1f}/s" if rate else "-",
        duration(max(waits)) if waits else "-",
        "",
        mix(verdicts),
        f"{rent:.2f}" if rent else "-",
        "",
    )  # fmt: skip


def samples(done: object, total: object) -> str:
    """Format numbers of samples, such as ``40 of 100``."""
    return f"{done or 0:,} of {total:,}" if total else "-"


def mix(verdicts: Counter[str]) -> str:
    """Format the most frequent verdicts with their shares."""
    count = verdicts.total()
    if not count:
        return "-"
    parts = [f"{kind} {n / count:.0%}" for kind, n in verdicts.most_common(SHOWN_VERDICTS)]
    return ", ".join(parts)


class LiveScreen:
    """A table on the terminal that is redrawn in place."""

    def __init__(self, title: str, console: Console | None = None) -> None:
        from rich.console import Console as RichConsole
        from rich.live import Live

        self._title = title
        self.console = console or RichConsole()
        self._live = Live(console=self.console, auto_refresh=False, transient=False)
        self._live.start()

    def show(self, board: Board, now: float) -> None:
        """Draw the table."""
        self._live.update(self.table(board, now), refresh=True)

    def tell(self, event: Event) -> None:
        """Print a failure above the table; the table shows all other events."""
        if event.failed:
            from rich.text import Text

            said = printable(event.message.splitlines()[0] if event.message else event.task)
            self.console.print(Text(f"{event.host}: {said}", style="red"))

    def close(self, board: Board, now: float) -> None:
        """Leave the last state on the screen."""
        self.show(board, now)
        self._live.stop()

    def table(self, board: Board, now: float) -> RenderableType:
        """Make the table of all hosts, with Ansible's current task as its title."""
        from rich.table import Table
        from rich.text import Text

        doing = f"{board.play}: {board.task}" if board.play else "starting"
        table = Table(
            title=Text(f"{self._title}   {doing}"),
            title_justify="left",
            expand=True,
            show_footer=True,
        )
        for head, foot in zip(HEAD, totals(board, now), strict=True):
            right = head in ("samples", "rate", "left", "rent")
            table.add_column(
                head,
                footer=Text(foot),
                justify="right" if right else "left",
                no_wrap=True,
                overflow="ellipsis",
                ratio=1 if head == "last event" else None,
            )
        for row in board.rows.values():
            style = "red" if row.error else "dim" if row.phase == "preparing" else ""
            table.add_row(*(Text(cell) for cell in cells(row, now)), style=style)
        return table


class PlainScreen:
    """Plain lines: each task as it begins, failures, and the hosts' state every half minute."""

    def __init__(self, clock: Callable[[], float], stream: TextIO | None = None) -> None:
        self._clock = clock
        self._stream = stream
        self._next = clock() + PLAIN_S
        self._task = ""

    def show(self, board: Board, now: float) -> None:
        """Print the state of the hosts if half a minute has passed since the last time."""
        if self._clock() >= self._next:
            self._next = self._clock() + PLAIN_S
            self._table(board, now)

    def tell(self, event: Event) -> None:
        """Print the start of a task, a task's message, or a failure."""
        if event.kind == "playbook_on_task_start" and event.task != self._task:
            self._task = event.task
            self._print(f"{event.play}: {event.task}" if event.play else event.task)
        elif event.failed:
            self._print(f"{event.host} FAILED: {' '.join(event.message.split())}")
        elif event.action == "debug" and event.kind == "runner_on_ok" and event.message:
            self._print(f"{event.host}: {event.message}")

    def close(self, board: Board, now: float) -> None:
        """Print the final state of the hosts."""
        self._table(board, now)

    def _table(self, board: Board, now: float) -> None:
        asked = [row for row in board.rows.values() if row.status]
        for row in asked:
            self._row(cells(row, now))
        if asked:
            self._row(totals(board, now))

    def _row(self, row: tuple[str, ...]) -> None:
        named = {"rent": "rent "}
        told = [named.get(h, "") + c for h, c in zip(HEAD, row, strict=True) if c not in ("-", "")]
        self._print("  ".join(told))

    def _print(self, line: str) -> None:
        text = "\n".join(printable(part) for part in line.splitlines())
        print(text, file=self._stream or sys.stdout, flush=True)

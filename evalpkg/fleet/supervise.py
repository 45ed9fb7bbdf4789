"""The controller's side of a run: display it, end it at its limits, survive an interruption."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from evalpkg.fleet.board import Board
from evalpkg.fleet.events import Event, EventLog, is_written
from evalpkg.fleet.limits import Limits, Meter
from evalpkg.fleet.play import CANCELLED, Play, run_play
from evalpkg.fleet.screen import Screen

WATCH_TAGS = "evaluate,collect"
WATCH_SKIPS = "evaluation_plan,evaluation_configure,evaluation_start"
"""Tags that select the part of ``site.yml`` that waits, fetches and merges, but starts nothing."""
SITE = "site.yml"
KEPT_RUNS = 30


@dataclass(frozen=True, slots=True)
class WatchOutcome:
    """The result of watching a run.

    Attributes:
        status: Ansible's exit status.
        limit: the sentence about the limit that ended the run; empty if none did.
        summary: the final lines of the run.
        errors: the errors, one line each.
    """

    status: int
    limit: str
    summary: str
    errors: tuple[str, ...]


def run_folder(project: Path, command: str) -> Path:
    """Make a folder for the events of one command.

    Only the newest ``KEPT_RUNS`` are kept, and those of commands that still work.
    """
    import shutil

    runs = project / ".cache" / "runs"
    folder = runs / f"fleet-{time.strftime('%Y%m%d-%H%M%S')}-{command}" / "artifacts"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for old in sorted(runs.glob("fleet-*"))[:-KEPT_RUNS]:
        if not is_written(old / "artifacts"):
            shutil.rmtree(old, ignore_errors=True)
    return folder


def supervise(
    play: Play,
    log: EventLog,
    screen: Screen,
    meter: Meter,
    limits: Limits,
    say: Callable[[str], None],
    now: Callable[[], float] = time.time,
) -> WatchOutcome:
    """Run ``play`` and show it. At a limit, stop the hosts and fetch their results.

    Raises:
        KeyboardInterrupt: the user pressed Ctrl-C; the hosts keep working.
    """
    board = Board(meter)
    reached = ""

    def stop() -> bool:
        nonlocal reached
        reached = reached or limits.reached(meter, now())
        return bool(reached)

    def take(event: Event) -> None:
        if reached and event.refusal:
            return  # Ansible's word on the interruption
        board.take(event)
        screen.tell(event)

    try:
        status = run_play(play, log, now, take, lambda: screen.show(board, now()), stop)
    finally:
        screen.close(board, now())
    stop()  # the timer on the hosts may have ended the run at the limit
    if reached and status == CANCELLED:
        say(f"{reached} Stopping the hosts and fetching their results.")
        status = _bring_home(play, log, board, say, now)
    errors = [f"{row.name}: {row.error}" for row in board.rows.values() if row.error]
    return WatchOutcome(status, reached, board.summary, tuple(errors + board.errors))


def _bring_home(
    play: Play,
    log: EventLog,
    board: Board,
    say: Callable[[str], None],
    now: Callable[[], float],
) -> int:
    """Stop the evaluation on every host, fetch and merge; return the last exit status."""

    def take(event: Event) -> None:
        board.take(event)
        if event.failed:
            say(f"{event.host}: {event.message}")

    stopping = replace(play, playbook="playbooks/stop.yml", tags="", skip_tags="")
    run_play(stopping, log, now, take)
    fetching = replace(play, playbook=SITE, tags=WATCH_TAGS, skip_tags=WATCH_SKIPS)
    return run_play(fetching, log, now, take)

"""The object that a run reports its progress to."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

from evalpkg.errors import EvalError
from evalpkg.reporting.progress.counter import PhaseCounter, utc_now
from evalpkg.reporting.progress.snapshot import Snapshot, State
from evalpkg.reporting.progress.views import LiveView, PlainView, View
from evalpkg.store import RunLayout

TICK_S = 1.0


class Progress:
    """Live progress on standard error, and in ``progress.json`` for others to read.

    Counting takes a lock and an addition. A separate thread draws and writes once a second, so the
    caller never waits for a terminal or a disk, and ``updated_at`` moves on during a long batch.

    Args:
        root: the run's output directory; None writes no file.
        interactive: True for a block that rewrites itself, False for plain lines, None to decide
            by whether standard error is a terminal.
        view: view to use instead of the one that ``interactive`` chooses.
    """

    def __init__(
        self, root: Path | None, interactive: bool | None = None, view: View | None = None
    ) -> None:
        self._path = RunLayout(root).progress if root is not None else None
        live = sys.stderr.isatty() if interactive is None else interactive
        self._view: View = view or (LiveView() if live else PlainView())
        self._started_at = utc_now()
        self._counter = PhaseCounter()
        self._state = State.RUNNING
        self._error = ""
        self._unwritable = False
        self._drawing = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._tick, name="progress", daemon=True)

    def __enter__(self) -> Progress:
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        self._write(self._snapshot())
        self._thread.start()
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None:
            self.finish(State.DONE)
        elif isinstance(error, KeyboardInterrupt):
            self.finish(State.INTERRUPTED)
        elif isinstance(error, SystemExit):
            self.finish(State.FAILED if error.code else State.DONE)
        else:
            text = (
                error.cause if isinstance(error, EvalError) else f"{type(error).__name__}: {error}"
            )
            self.finish(State.FAILED, text)

    def phase(self, name: str, total: int, done: int = 0, longest: int = 0) -> None:
        """Begin a phase.

        Args:
            name: name of the phase.
            total: number of its samples.
            done: number of samples that exist already.
            longest: most tokens that a sample can have, 0 if unknown.
        """
        self._publish(force=bool(self._counter.done))
        self._counter = PhaseCounter(name, total, done, longest=longest)
        self._publish(force=True)

    def tokens(self, made: int) -> None:
        """Count tokens that were just generated. Any thread may call it."""
        self._counter.tokens(made)

    def judged(self, verdict: str, cached: bool) -> None:
        """Count a verdict while the phase generates samples. Any thread may call it."""
        self._counter.judged(verdict, cached)

    def advance(
        self,
        n: int = 1,
        verdict: str | None = None,
        cached: bool = False,
        tokens: int = 0,
    ) -> None:
        """Count ``n`` samples as finished. Any thread may call it, as often as it likes.

        Args:
            n: number of samples.
            verdict: the samples' verdict, if this phase knows it.
            cached: True if the verdict came from the cache.
            tokens: their tokens in total.
        """
        self._counter.advance(n, verdict, cached, tokens)

    def note(self, text: str) -> None:
        """Show one line beside the counts."""
        with self._drawing:
            self._view.note(text)

    def finish(self, state: State | str, error: str = "") -> None:
        """End the display with ``state``; only the first call counts."""
        if self._stop.is_set():
            return
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self._state, self._error = State(state), error
        snapshot = self._snapshot()
        with self._drawing:
            self._view.close(snapshot)
            self._write(snapshot)

    def _snapshot(self) -> Snapshot:
        return self._counter.snapshot(self._started_at, self._state, self._error)

    def _tick(self) -> None:
        while not self._stop.wait(TICK_S):
            self._publish()

    def _publish(self, *, force: bool = False) -> None:
        snapshot = self._snapshot()
        with self._drawing:
            self._view.show(snapshot, force=force)
            self._write(snapshot)

    def _write(self, snapshot: Snapshot) -> None:
        if self._path is None:
            return
        try:
            snapshot.write(self._path)
        except OSError as problem:  # a full disk must not end the run, but the user must know
            if not self._unwritable:
                self._view.note(f"{self._path} cannot be written: {problem}")
            self._unwritable = True
        else:
            self._unwritable = False

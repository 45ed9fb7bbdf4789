"""Judge the programs of calls that come at the same time together."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from evalpkg.models import Extraction, Task, Verdict
from evalpkg.scoring.rounds import OnVerdict

Item = tuple[Task, Extraction]

GATHER_S = 0.005
"""The seconds for which a call waits for others: little compared with compiling."""

MOST_TOGETHER = 4096
"""The most programs that are judged together."""

AT_ONCE = 4
"""The number of groups judged at a time, so that one slow program does not hold up later calls."""


@dataclass(slots=True)
class _Call:
    """One call, and the verdicts that it has received so far."""

    items: list[Item]
    answer: Future[list[Verdict]] = field(default_factory=Future)
    verdicts: dict[int, Verdict] = field(default_factory=dict)

    def settle(self, position: int, verdict: Verdict) -> None:
        self.verdicts[position] = verdict
        if len(self.verdicts) == len(self.items):
            self.answer.set_result([self.verdicts[place] for place in range(len(self.items))])

    def fail(self, error: BaseException) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)


class Collector:
    """Gathers the programs of several calls, and gives each call its verdicts.

    Args:
        judge: a function like ``Scorer.judge``; several threads call it at once.
    """

    def __init__(self, judge: Callable[[Iterable[Item], OnVerdict], None]) -> None:
        self._judge = judge
        self._calls: queue.Queue[_Call | None] = queue.Queue()
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="collector")
        self._free = threading.Semaphore(AT_ONCE)
        self._putting = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._gather, name="collector", daemon=True)
        self._thread.start()

    def put(self, items: list[Item]) -> Future[list[Verdict]]:
        """Judge ``items``; return a future of the verdict of each, in their order."""
        call = _Call(items)
        call.answer.set_running_or_notify_cancel()  # a caller who gives up must not stop others
        if not items:
            call.answer.set_result([])
            return call.answer
        with self._putting:  # a call behind the mark of the end would wait for ever
            if self._closed:
                call.fail(RuntimeError("the judge is closed"))
            else:
                self._calls.put(call)
        return call.answer

    def close(self) -> None:
        """Finish all calls, and end the threads."""
        with self._putting:
            if not self._closed:
                self._closed = True
                self._calls.put(None)
        self._thread.join()
        self._pool.shutdown(wait=True)

    def _gather(self) -> None:
        while (first := self._calls.get()) is not None:
            # While every group is in work, further calls gather for the next group.
            self._free.acquire()
            calls, ended = self._more(first)
            self._pool.submit(self._work, calls)
            if ended:
                return

    def _more(self, first: _Call) -> tuple[list[_Call], bool]:
        calls, count = [first], len(first.items)
        while count < MOST_TOGETHER:
            try:
                call = self._calls.get(timeout=GATHER_S)
            except queue.Empty:
                break
            if call is None:
                return calls, True
            calls.append(call)
            count += len(call.items)
        return calls, False

    def _work(self, calls: list[_Call]) -> None:
        owners = [(call, place) for call in calls for place in range(len(call.items))]

        def settle(position: int, verdict: Verdict, _cached: bool) -> None:
            call, place = owners[position]
            call.settle(place, verdict)

        try:
            self._judge((item for call in calls for item in call.items), settle)
        except BaseException as error:  # every waiting caller must get the error
            for call in calls:
                call.fail(error)
        finally:
            self._free.release()

"""Threads that wait for a server. They do not keep the program from ending."""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")


def outcomes(
    jobs: Iterable[Job], call: Callable[[Job], Result], width: int, enough: threading.Event
) -> Iterator[tuple[Job, Result | Exception]]:
    """Yield what ``call`` returned or raised for each job, in the order in which they end.

    An interrupt does not wait for the calls under way. The outcomes that are already there are
    still yielded; then the interrupt is raised again.

    Args:
        jobs: each job is given to ``call`` once, in a thread.
        call: several threads call it at once.
        width: most calls under way at once.
        enough: set here when no more outcomes are wanted; a call that waits should check it.
    """
    todo = deque(jobs)
    left = len(todo)
    done: queue.SimpleQueue[tuple[Job, Result | Exception]] = queue.SimpleQueue()

    def work() -> None:
        while not enough.is_set():
            try:
                job = todo.popleft()
            except IndexError:
                return
            try:
                done.put((job, call(job)))
            except Exception as error:
                done.put((job, error))

    for number in range(min(width, left)):
        # Daemon threads: at its end the interpreter must not wait for requests that take minutes.
        threading.Thread(target=work, name=f"request-{number}", daemon=True).start()
    try:
        for _ in range(left):
            yield done.get()
    except KeyboardInterrupt:
        enough.set()
        while not done.empty():
            yield done.get()
        raise
    finally:
        enough.set()

"""Threads that wait for a server, and do not keep the program from ending."""

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

    An interrupt does not wait for calls under way. What has ended by then is still yielded, and
    then the interrupt is raised again.

    Args:
        jobs: each is given to ``call`` once, in a thread.
        call: may be called by several threads at once.
        width: calls under way at most.
        enough: set when no more is wanted; a call that waits should look at it.
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
        # Daemons: the interpreter does not wait for them at its end, a request may take minutes.
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

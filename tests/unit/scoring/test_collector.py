"""Calls that come at the same time are judged together, and each gets its own verdicts."""

import threading
import time
from collections.abc import Iterable

import pytest

from evalpkg.models import Extraction, Task, Verdict, VerdictKind
from evalpkg.scoring.collector import AT_ONCE, GATHER_S, Collector, Item
from evalpkg.scoring.rounds import OnVerdict

TASK = Task("t", "fn t() {", "t", "")


def item(text: str) -> Item:
    return TASK, Extraction(text, "test")


class Echo:
    """Answers each program with itself, last first; counts its calls."""

    def __init__(self) -> None:
        self.calls: list[int] = []
        self.gate = threading.Event()
        self.gate.set()

    def judge(self, items: Iterable[Item], on_verdict: OnVerdict, expected: int = 0) -> None:
        self.gate.wait(60)
        listed = list(items)
        self.calls.append(len(listed))
        for place, (_, extraction) in reversed(list(enumerate(listed))):
            verdict = Verdict(VerdictKind.PASSED, detail=extraction.source or "")
            on_verdict(place, verdict, False)


def test_each_caller_gets_its_own_verdicts_in_its_order() -> None:
    echo = Echo()
    collector = Collector(echo.judge)
    futures = {
        number: collector.put([item(f"{number}.{place}") for place in range(number % 5)])
        for number in range(50)
    }
    for number, future in futures.items():
        found = [verdict.detail for verdict in future.result(60)]
        assert found == [f"{number}.{place}" for place in range(number % 5)]
    collector.close()


def test_calls_that_come_while_all_is_in_work_are_judged_together() -> None:
    echo = Echo()
    echo.gate.clear()
    collector = Collector(echo.judge)
    futures = [collector.put([item(str(number))]) for number in range(100)]
    echo.gate.set()
    for future in futures:
        future.result(60)
    collector.close()
    assert sum(echo.calls) == 100
    assert len(echo.calls) < 100


def test_a_failure_reaches_everybody_who_waits() -> None:
    def fail(_items: Iterable[Item], _on_verdict: OnVerdict) -> None:
        raise OSError("no space left")

    collector = Collector(fail)
    futures = [collector.put([item("a")]), collector.put([item("b")])]
    for future in futures:
        with pytest.raises(OSError, match="no space left"):
            future.result(60)
    collector.close()


def test_a_caller_who_gives_up_does_not_stop_the_others() -> None:
    echo = Echo()
    echo.gate.clear()
    collector = Collector(echo.judge)
    first, second = collector.put([item("a")]), collector.put([item("b")])
    assert not first.cancel()
    echo.gate.set()
    assert second.result(60)[0].detail == "b"
    collector.close()


def test_closing_finishes_what_was_put_and_refuses_more() -> None:
    collector = Collector(Echo().judge)
    future = collector.put([item("a")])
    collector.close()
    assert future.result(0)[0].detail == "a"
    with pytest.raises(RuntimeError, match="closed"):
        collector.put([item("b")]).result(60)


def test_a_call_while_the_judge_is_being_closed_does_not_wait_for_ever() -> None:
    echo = Echo()
    echo.gate.clear()
    collector = Collector(echo.judge)
    # More groups than are judged at once: the last waits, and with it the end.
    earlier = []
    for number in range(AT_ONCE + 1):
        earlier.append(collector.put([item(str(number))]))
        time.sleep(4 * GATHER_S)
    closing = threading.Thread(target=collector.close)
    closing.start()
    while not collector._closed:
        time.sleep(GATHER_S)
    late = collector.put([item("late")])
    with pytest.raises(RuntimeError, match="closed"):
        late.result(60)
    echo.gate.set()
    closing.join(60)
    assert [future.result(60)[0].passed for future in earlier] == [True] * len(earlier)

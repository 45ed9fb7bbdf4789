"""Finished samples are saved soon, once and in order, and a failure to save is reported."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalpkg.pipeline.saving import BatchSaver

NEVER, AT_ONCE, PATIENCE = 3600.0, 0.001, 60.0


@given(st.integers(0, 50), st.integers(1, 7), st.sampled_from([NEVER, 0.0]))
def test_everything_is_saved_once_and_in_order(count: int, rows: int, seconds: float) -> None:
    saved: list[list[int]] = []
    with BatchSaver(saved.append, rows, seconds) as batches:
        for number in range(count):
            batches.add(number)
    assert [number for batch in saved for number in batch] == list(range(count))
    assert all(0 < len(batch) <= rows for batch in saved)


def test_what_waits_is_saved_though_nothing_more_finishes() -> None:
    there = threading.Event()
    with BatchSaver(lambda _: there.set(), 100, AT_ONCE) as batches:
        batches.add("one")
        assert there.wait(PATIENCE)
        there.clear()
        batches.add("two")
        assert there.wait(PATIENCE)


def test_what_was_finished_before_an_interrupt_is_saved() -> None:
    saved: list[list[int]] = []

    def work() -> None:
        with BatchSaver(saved.append, 100, NEVER) as batches:
            batches.add(1)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()
    assert saved == [[1]]


def test_a_failure_to_save_reaches_who_adds() -> None:
    failed = threading.Event()

    def save(batch: list[int]) -> None:
        failed.set()
        raise OSError(f"no room for {batch}")

    batches = BatchSaver(save, 100, AT_ONCE)
    batches.add(1)
    assert failed.wait(PATIENCE)
    with pytest.raises(OSError, match=r"no room for \[1\]"), batches:
        pass

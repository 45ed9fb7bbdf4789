"""Incident: endless answers were held in memory, all of a task at once.

A model's answers to one task are remembered, since it repeats itself. Answers too long to be read
were remembered as well: two hundred of ten megabytes each took two to eight gigabytes, depending on
whether there was an emoji in them.
"""

from __future__ import annotations

import tracemalloc

from evalpkg.extraction import TOO_LONG
from evalpkg.pipeline.judging import Extractor
from tests.redteam import corpus


def test_what_is_too_long_to_be_read_is_not_kept() -> None:
    task, extractor = corpus.tasks()["red/add"], Extractor()
    tracemalloc.start()
    try:
        for number in range(20):
            answer = f"{number} " + "fn add(a: i32) { " * 60_000
            assert extractor(task, answer).rule == TOO_LONG
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert held < 4 << 20


def test_what_can_be_read_is_read_once() -> None:
    task, extractor = corpus.tasks()["red/add"], Extractor()
    assert extractor(task, "a + b\n}") is extractor(task, "a + b\n}")

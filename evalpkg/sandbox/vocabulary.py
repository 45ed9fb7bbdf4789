"""The words in which the judge reports: one table for the Rust side and for ours.

``scripts/write_vocabulary.py`` writes ``rust/src/wire/vocabulary.rs`` from it; a test compares.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum, unique


@unique
class OutcomeKind(StrEnum):
    """The ends of a program's test run. The order is the number that the oracle reports."""

    PASSED = "passed"
    """Every test ran to its end and held."""
    TEST_FAILED = "test_failed"
    """An assert of the tests failed."""
    PANICKED = "panicked"
    """The program panicked where no test expects it."""
    GONE = "gone"
    """The program stopped answering; `Reason` and the exit status say how."""
    BAD_ANSWER = "bad_answer"
    """An answer was no value of the asked type."""
    TESTS_MISSING = "tests_missing"
    """The oracle holds no test of the task."""
    EXHAUSTED = "exhausted"
    """The answers kept the tests from ending."""
    ABORTED = "aborted"
    """The tests aborted their process; neither memory nor stack had run out."""
    NOT_LOADED = "not_loaded"
    """The program's library was built, but could not be loaded within the limits."""
    SERVER_GONE = "server_gone"
    """The sandbox's server ended twice while this program alone was in it."""
    INFRA = "infra"
    """The sandbox or the harness failed before any code of the program was loaded."""


@unique
class Reason(IntEnum):
    """The reason why a program's process is no longer there."""

    ENDED = 0
    """It ended by itself, or a signal ended it."""
    WALL_TIMEOUT = 1
    """It neither answered nor computed in time."""
    ANSWER_TOO_LONG = 2
    """It announced an answer over the output limit."""
    BROKE_PROTOCOL = 3
    """It closed its connection or wrote to it itself."""
    DISMISSED = 4
    """The tests were over."""

"""The cause is found when rustc ends without an error in any module."""

import json

import pytest

from evalpkg.sandbox.process import SANDBOX_FAILED, TIMED_OUT
from evalpkg.scoring.diagnostics import errors
from evalpkg.scoring.stops import Stop, explain

SPAN = {"file_name": "s.rs", "is_primary": True, "line_start": 1, "column_start": 1}


def error(message: str, *, place: bool = False) -> str:
    """One diagnostic, as rustc writes it."""
    said = {"level": "error", "message": message, "spans": [SPAN] if place else [], "children": []}
    return json.dumps(said)


LINKER = "linking with `rust-lld` failed: "


@pytest.mark.parametrize(
    ("status", "text", "expected"),
    [
        (128 + 24, "", Stop.TIMEOUT),
        (128 + 25, "", Stop.TOO_LARGE),
        (128 + 9, "", Stop.KILLED),
        (128 + 9, error("something before"), Stop.KILLED),
        (128 + 11, "", Stop.CRASH),
        (128 + 11, "note: rustc unexpectedly overflowed its stack! this is a bug", Stop.STACK),
        (128 + 6, "thread 'opt cgu.0' (7) has overflowed its stack", Stop.STACK),
        (1, error("the answer overflowed its stack", place=True), Stop.CRASH),
        (TIMED_OUT, "", Stop.STALLED),
        (SANDBOX_FAILED, "evalbox: fork: no", Stop.INFRA),
        (1, error(LINKER + "signal: 7 (SIGBUS) (core dumped)"), Stop.LINK),
        (1, error(LINKER + "signal: 9 (SIGKILL)"), Stop.KILLED),
        (1, error(LINKER + "signal: 24 (SIGXCPU)"), Stop.TIMEOUT),
        (1, error("failed to write x.o: No space left on device (os error 28)"), Stop.FULL),
        (101, "thread 'rustc' panicked at: No space left on device", Stop.FULL),
        (1, error("No space left on device", place=True), Stop.CRASH),
        (101, "memory allocation of 99 bytes failed", Stop.MEMORY),
        (101, "thread 'coordinator' (7) panicked at write.rs:1929:6", Stop.CRASH),
        (1, error("linking with `rust-lld` failed: exit status: 1"), Stop.LINK),
        (1, "", Stop.CRASH),
    ],
)
def test_the_reason(status: int, text: str, expected: Stop) -> None:
    found, detail = explain(status, text, list(errors(text)))
    assert found is expected
    assert detail


def test_only_limits_of_ours_are_certain() -> None:
    assert {stop for stop in Stop if stop.is_certain} == {
        *(Stop.TIMEOUT, Stop.TOO_LARGE, Stop.STACK)
    }


def test_folders_of_this_machine_are_not_named() -> None:
    text = "error: could not write /home/someone/secret/place/x.rmeta"
    _, detail = explain(1, text, [])
    assert "someone" not in detail

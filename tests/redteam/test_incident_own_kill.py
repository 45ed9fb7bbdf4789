"""Incident: a program that killed itself was said to have run out of time.

SIGKILL is how a time limit ends a process, so every SIGKILL was called a timeout. It is one only
if the time was used.
"""

from __future__ import annotations

from tests.redteam import judging


def test_only_used_time_is_a_timeout() -> None:
    names = ("kill_self", "abort", "loop_ignoring_signals")
    assert judging.kinds(judging.named(*names)) == ["crashed", "crashed", "timeout"]

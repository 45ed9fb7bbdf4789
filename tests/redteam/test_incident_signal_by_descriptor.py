"""Incident: a subject that may not signal anybody lets the kernel do it.

``fcntl(F_SETOWN)`` and ``F_SETSIG`` name a process and a signal for when a descriptor gets input:
SIGKILL to the fork-server, which turned its neighbours' verdicts into infrastructure errors on
kernels where Landlock has no scope for signals yet.
"""

from __future__ import annotations

from tests.redteam import judging


def test_its_neighbours_and_its_own_verdict_stand() -> None:
    found = judging.kinds(
        [
            judging.canonical("red/add", "before"),
            *judging.named("signal_by_descriptor_owner"),
            judging.canonical("red/add", "after"),
        ]
    )
    assert found == ["passed", "test_failed", "passed"]

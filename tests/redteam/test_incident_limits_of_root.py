"""Incident: as root, a subject could start any number of threads.

The kernel does not apply RLIMIT_NPROC to root, whatever user namespace it is in; with stacks of
16 KiB the address space holds tens of thousands. Subjects run as a user that nobody else is.
"""

from __future__ import annotations

from tests.redteam import judging


def test_threads_memory_and_output_are_limited_for_whoever_runs_this() -> None:
    names = ("limit_threads", "limit_memory", "limit_output", "limit_descriptors")
    assert "passed" not in judging.kinds(judging.named(*names))


def test_honest_threads_still_run() -> None:
    assert judging.kinds(judging.named("threads_sixteen", "threads_shared_state")) == ["passed"] * 2

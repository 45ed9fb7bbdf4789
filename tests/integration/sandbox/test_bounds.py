"""Threads and processes are bounded under every provider, for root and for everybody else."""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest

from evalpkg.models import Extraction, VerdictKind
from evalpkg.rust import build_runtime, find_toolchain
from evalpkg.sandbox.base import Box
from evalpkg.sandbox.bubblewrap import Bubblewrap
from evalpkg.sandbox.conformance import violations
from evalpkg.sandbox.landlock import Landlock
from evalpkg.sandbox.trial import THREADS
from evalpkg.scoring import Scorer, ScoringSettings
from tests.redteam import corpus
from tests.redteam.test_redteam import PROVIDERS, available

SPAWNING = """
fn add(a: i32, b: i32) -> i32 {
    let wait = || std::thread::sleep(std::time::Duration::from_millis(300));
    let threads: Vec<_> = (0..COUNT).map(|_| std::thread::spawn(wait)).collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    a.wrapping_add(b)
}
"""


@pytest.mark.parametrize("provider", PROVIDERS)
def test_the_thread_too_many_is_refused_and_the_verdict_says_so(provider: str) -> None:
    available(provider)
    task = corpus.tasks()["red/add"]
    sources = [SPAWNING.replace("COUNT", str(count)) for count in (THREADS // 2, THREADS + 64)]
    settings = ScoringSettings(sandbox_mode=provider, timeout_s=5, workers=1)
    scorer = Scorer(settings, [task])
    items = [(task, Extraction(source, "test")) for source in sources]
    found = scorer.judge_all(items)
    scorer.close()
    assert [found[0].kind, found[1].kind] == [VerdictKind.PASSED, VerdictKind.RESOURCE_LIMIT]
    assert "threads" in found[1].detail


def test_a_provider_that_does_not_bound_threads_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    command = Landlock.command

    def unbounded(self: Landlock, box: Box, inside: Sequence[str]) -> list[str]:
        words = command(self, box, inside)
        if box.building:
            return words
        at = words.index("--processes")
        return words[:at] + words[at + 2 :]

    monkeypatch.setattr(Landlock, "command", unbounded)
    assert _violations(Landlock) == ["started 1,000 threads"]


@pytest.mark.skipif(os.getuid() != 0, reason="the limit forgets only root")
def test_root_in_a_user_namespace_is_not_trusted_with_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Most users run bubblewrap so: RLIMIT_NPROC is set, and the kernel does not apply it.
    command = Bubblewrap.command

    def as_root(self: Bubblewrap, box: Box, inside: Sequence[str]) -> list[str]:
        words = [word for word in command(self, box, inside) if word != "--unshare-user"]
        at = words.index("--cap-drop")
        powers = [word for word in words if word == "--cap-add" or word.startswith("cap_")]
        return [*words[:at], "--unshare-user", *(w for w in words[at:] if w not in powers)]

    available("bubblewrap")
    monkeypatch.setattr(Bubblewrap, "command", as_root)
    assert _violations(Bubblewrap) == ["started 1,000 threads"]


def _violations(make: type[Landlock] | type[Bubblewrap]) -> list[str]:
    toolchain = find_toolchain()
    runtime = build_runtime(toolchain)
    return violations(make(toolchain, runtime), toolchain, runtime)

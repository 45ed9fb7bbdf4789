"""Tries compiled programs: starts the judge and the fork server, and collects the outcomes."""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from evalpkg.rust import Runtime
from evalpkg.sandbox.base import Box, BoxLimits, Provider
from evalpkg.sandbox.vocabulary import OutcomeKind, Reason

THREADS = 256
"""Most processes and threads of one program together."""

LEAST_TEST_CPU_S = 2
"""CPU seconds that the tests themselves may take in any case, even if the program's limit is
lower."""


@dataclass(frozen=True, slots=True)
class Case:
    """One program to try.

    Attributes:
        oracle: path of the library that holds the task's tests.
        oracle_symbol: entry symbol of that library.
        subject_symbol: entry symbol of the program in the batch's library.
    """

    oracle: Path
    oracle_symbol: str
    subject_symbol: str


@dataclass(frozen=True, slots=True)
class TrialLimits:
    """Bounds of one program: CPU seconds, wall milliseconds, MiB of memory, KiB of output."""

    cpu_s: int
    wall_ms: int
    memory_mib: int
    output_kib: int


@dataclass(frozen=True, slots=True)
class TrialOutcome:
    """The judge's report on one case.

    Attributes:
        kind: how the test run ended.
        test: the test that did not hold; empty if all did.
        message: what went wrong, in words.
        reason: why the program's process ended.
        status: exit status of that process, as ``wait4`` gives it.
        cpu_us: CPU time of that process in microseconds.
        output: the end of what the program printed.
    """

    kind: OutcomeKind
    test: str = ""
    message: str = ""
    reason: Reason = Reason.ENDED
    status: int = 0
    cpu_us: int = 0
    output: str = ""


def try_all(
    runtime: Runtime,
    provider: Provider,
    library: Path,
    cases: Sequence[Case],
    limits: TrialLimits,
) -> list[TrialOutcome]:
    """Run each case, and return their outcomes in order.

    A case that did not run because the sandbox failed gets ``infra``.
    """
    serve = ["serve", "--wall-ms", str(limits.wall_ms), "--cpu-s", str(limits.cpu_s)]
    serve += ["--memory-mib", str(limits.memory_mib), "--output-kib", str(limits.output_kib)]
    # The box may run as another user. Whatever the umask, that user must reach the library, but
    # not list the folder.
    library.parent.chmod(0o711)
    library.chmod(0o644)
    box = Box(library.parent, building=False, limits=BoxLimits(processes=THREADS))
    inside = provider.command(box, [*serve, f"./{library.name}"])
    jobs = "".join(
        f"{index}\t{case.oracle}\t{case.oracle_symbol}\t{case.subject_symbol}\n"
        for index, case in enumerate(cases)
    )
    patience = len(cases) * (limits.wall_ms / 100 + 5) + 30
    bounds = (str(8 * limits.wall_ms + 5000), str(max(LEAST_TEST_CPU_S, limits.cpu_s)))
    judge = [str(runtime.evalbox), "judge", *bounds, "--", *inside]
    printed, complaints = _converse(judge, jobs, patience)
    outcomes = [
        TrialOutcome(OutcomeKind.INFRA, message=complaints or "the judge ended early")
        for _ in cases
    ]
    for line in printed.split("\n"):
        found = _read(line)
        if found is not None:
            outcomes[found[0]] = found[1]
    return [_with_complaints(outcome, complaints) for outcome in outcomes]


def _with_complaints(outcome: TrialOutcome, complaints: str) -> TrialOutcome:
    """Add what our own programs said on standard error, if the sandbox failed."""
    if outcome.kind not in ("infra", "server_gone") or complaints in outcome.message:
        return outcome
    return replace(outcome, message=f"{outcome.message}: {complaints}")


def _converse(command: list[str], jobs: str, patience: float) -> tuple[str, str]:
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={},
            encoding="utf-8",
            errors="replace",
        )
        # Every phase has a limit of its own inside. This one is for the unforeseen.
        alarm = threading.Timer(patience, process.kill)
        alarm.start()
        try:
            printed, _ = process.communicate(jobs)
        finally:
            alarm.cancel()
            if process.poll() is None:
                process.kill()
                process.wait()
        errors.seek(0)
        return printed, errors.read(2000).decode("utf-8", "replace").strip()


def _read(line: str) -> tuple[int, TrialOutcome] | None:
    try:
        said: dict[str, Any] = json.loads(line)
    except json.JSONDecodeError:
        return None  # the judge was killed while it wrote the line
    kind, reason = OutcomeKind(said.pop("kind")), Reason(said.pop("reason", 0))
    return said.pop("id"), TrialOutcome(kind, reason=reason, **said)

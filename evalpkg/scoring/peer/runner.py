"""Get the peer's verdicts: run ``human-eval-rust`` 3.0.0 itself, in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from evalpkg.errors import ConfigError, EnvironmentUnfitError
from evalpkg.models import Task, Verdict, VerdictKind
from evalpkg.tasks import locate_human_eval_rust

DRIVER = Path(__file__).with_name("driver.py")
_ENVIRONMENT = ("PATH", "HOME", "CARGO_HOME", "RUSTUP_HOME", "RUSTUP_TOOLCHAIN", "LANG")

_KINDS = {
    "compile_error": VerdictKind.COMPILE_ERROR,
    "compile_timeout": VerdictKind.TIMEOUT,
    "test_timeout": VerdictKind.TIMEOUT,
    "assertion_failure": VerdictKind.TEST_FAILED,
    "runtime_error": VerdictKind.CRASHED,
}


@dataclass(frozen=True, slots=True)
class PeerSettings:
    """Settings of the peer; the defaults are its own, with its policy off.

    Attributes:
        unconfined: the user's consent to run completions with no sandbox at all (the peer's mode
            ``none``, the only one of its modes that works).
        timeout_s: time limit in seconds.
        workers: threads of the peer.
        extraction: ``peer`` for the peer's own extraction; the others are repairs (``faults.py``).
        edition: Rust edition; the peer itself compiles everything as 2021.
        flags: further options of rustc: the crates that programs see.
        evidence: require libtest's line which says that at least one test ran to its end.
    """

    unconfined: bool = False
    timeout_s: float = 10.0
    workers: int = 2
    extraction: Literal["peer", "given", "braced", "attributed"] = "peer"
    edition: str = "2021"
    flags: tuple[str, ...] = ()
    evidence: bool = False


@dataclass(frozen=True, slots=True)
class PeerVerdict:
    """The peer's verdict on one sample, with the peer's own field names."""

    passed: bool
    compile_ok: bool | None
    error_type: str | None
    stderr: str
    main_free: bool

    def as_verdict(self) -> Verdict:
        """Translate the verdict into one of ours."""
        kind = VerdictKind.PASSED
        if not self.passed:
            kind = _KINDS.get(self.error_type or "", VerdictKind.INFRA_ERROR)
        return Verdict(kind, self.compile_ok, detail=self.stderr[:2000])


def require_consent(settings: PeerSettings) -> None:
    """Refuse to run programs with no sandbox unless the user has agreed to it.

    Raises:
        ConfigError: if ``settings.unconfined`` is False.
    """
    if not settings.unconfined:
        raise ConfigError(
            "human-eval-rust runs what the model wrote with no sandbox",
            "Say --sandbox-mode none to accept that; best inside a container or virtual machine.",
        )


def peer_verdicts(samples: Iterable[tuple[Task, str]], settings: PeerSettings) -> list[PeerVerdict]:
    """Return the peer's verdict on each (task as the peer has it, raw completion), in order.

    Raises:
        ConfigError: if ``settings.unconfined`` is False.
        EnvironmentUnfitError: if the peer cannot be found, downloaded or started.
    """
    require_consent(settings)
    jobs = [
        json.dumps({"problem": asdict(task), "completion": completion})
        for task, completion in samples
    ]  # dumps escapes non-ASCII characters, so no line separator of a completion ends a line
    lines = _drive(settings, jobs) if jobs else []
    found: dict[int, PeerVerdict] = {}
    for line in lines:
        row = json.loads(line)
        number = row.pop("id")
        found[number] = PeerVerdict(**row)
    if len(found) != len(jobs):
        raise EnvironmentUnfitError(
            f"human-eval-rust answered for {len(found)} of {len(jobs)} samples",
            "A completion may have killed it: it runs unconfined.",
        )
    return [found[number] for number in range(len(jobs))]


def _drive(settings: PeerSettings, jobs: Sequence[str]) -> list[str]:
    options = json.dumps(asdict(settings))
    with tempfile.TemporaryDirectory(prefix="evalpkg-peer-") as scratch:
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        environment |= {"PYTHONPATH": str(locate_human_eval_rust().root), "TMPDIR": scratch}
        process = subprocess.Popen(
            [sys.executable, "-B", str(DRIVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
            cwd=scratch,
            text=True,
            encoding="utf-8",
            errors="surrogateescape",
            start_new_session=True,
        )
        try:
            said, complaints = process.communicate("\n".join([options, *jobs]) + "\n")
        finally:
            # Completions may have left processes behind.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if process.returncode != 0:
        raise EnvironmentUnfitError(f"human-eval-rust failed: {complaints.strip()[-1500:]}")
    return said.splitlines()

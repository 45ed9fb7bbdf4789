"""The attacks work if nothing stops them, so the scorer withstands real attacks.

Leak cases are run unconfined and must find their bait. With ``EVALPKG_REDTEAM=full`` the forgeries
are run as other harnesses do, tests and completion in one program whose exit code decides.
"""

from __future__ import annotations

import os
import platform
import socket
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from evalpkg.rust import find_toolchain
from tests.redteam import bait as baits
from tests.redteam import corpus
from tests.redteam.corpus import Case

FULL = os.environ.get("EVALPKG_REDTEAM") == "full"
LEAKS = [case for case in corpus.hostile() if case.leak and (FULL or case.leak != "limit")]
FORGERIES = [case for case in corpus.hostile() if "naive" in case.facts]


@pytest.fixture(scope="module")
def bait() -> Iterator[Mapping[str, str]]:
    with baits.laid_out() as laid:
        yield laid


@pytest.mark.parametrize("case", LEAKS, ids=lambda case: case.name)
def test_leak_case_finds_its_bait_unconfined(
    case: Case, bait: Mapping[str, str], tmp_path: Path
) -> None:
    need = case.facts.get("needs", "")
    if need and not here(need):
        pytest.skip(f"needs: {need}")
    ended = [naively(case, bait, tmp_path) for _ in range(case.copies)]
    assert ended[-1] == "passed"


@pytest.mark.skipif(not FULL, reason="EVALPKG_REDTEAM=full runs every forgery")
@pytest.mark.parametrize("case", FORGERIES, ids=lambda case: case.name)
def test_forgery_fares_with_an_exit_code_harness_as_its_header_says(
    case: Case, tmp_path: Path
) -> None:
    assert naively(case, corpus.NO_BAIT, tmp_path) == case.facts["naive"]


def naively(case: Case, bait: Mapping[str, str], folder: Path) -> str:
    """``passed`` if prompt, completion and tests in one program end with status 0."""
    program = f"{case.source(bait)}\n\n{case.task.test}\n"
    (folder / "naive.rs").write_text(program, encoding="utf-8")
    rustc = [str(find_toolchain().rustc), "--test", f"--edition={case.task.edition}", "-Awarnings"]
    compiled = subprocess.run(
        [*rustc, "-Cdebuginfo=0", "naive.rs"], cwd=folder, capture_output=True, timeout=120
    )
    if compiled.returncode:
        return "failed"
    with (folder / "said").open("w") as said, (folder / "naive.rs").open("rb") as inherited:
        ran = subprocess.run(
            ["./naive"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            pass_fds=[inherited.fileno()],
            timeout=60,
        )
    return "passed" if ran.returncode == 0 else "failed"


def here(need: str) -> bool:
    """Tell whether this machine has the features that an attack needs to succeed at all."""
    if need == "root":
        return os.getuid() == 0 and _capable()
    if need == "terminal":
        return _opens("/dev/tty")
    if need == "ptrace":
        scope = Path("/proc/sys/kernel/yama/ptrace_scope")
        return os.getuid() == 0 or not scope.exists() or scope.read_text().strip() == "0"
    if need == "namespaces":
        return subprocess.run(["unshare", "-U", "true"], capture_output=True).returncode == 0
    if need == "interface":
        names = [name for _, name in socket.if_nameindex()]
        return any(name.startswith(("eth", "en", "wl", "ib", "docker", "veth")) for name in names)
    if need == "os-release":
        return Path("/etc/os-release").exists()
    if need in ("ia32", "x32"):
        # Kernels differ in whether they were built with these entries; nothing says so from here.
        return FULL and platform.machine() == "x86_64" and need == "ia32"
    raise AssertionError(need)


def _opens(path: str) -> bool:
    try:
        with Path(path).open("rb"):
            return True
    except OSError:
        return False


def _capable() -> bool:
    """Root with its powers: inside a container it may have been stripped of them."""
    status = Path("/proc/self/status").read_text()
    held = next(line for line in status.splitlines() if line.startswith("CapEff:"))
    return int(held.split()[1], 16) & 1 << 21 != 0

"""Compiles and runs hostile programs to find out whether a provider confines on this machine.

The compiled probes run every time. Whether the box can build, and what the compiler sees in it, is
checked once per boot, user and profile; the compiled probes are kept in the cache.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import socket
import tempfile
from pathlib import Path

from evalpkg.cachedir import cache_root
from evalpkg.errors import EnvironmentUnfitError
from evalpkg.rust import Runtime, Toolchain
from evalpkg.sandbox.base import Box, BoxLimits, Provider, profile_digest
from evalpkg.sandbox.process import run_bounded
from evalpkg.sandbox.scratch import scratch_root
from evalpkg.sandbox.trial import Case, TrialLimits, try_all
from evalpkg.sandbox.vocabulary import OutcomeKind

PROBES = Path(__file__).parent / "probes"
BUILD_LIMITS = BoxLimits(memory_mib=3072, cpu_s=30, file_mib=64, processes=64)
RUN_LIMITS = TrialLimits(cpu_s=5, wall_ms=10_000, memory_mib=1024, output_kib=64)

EMPTY_ENVIRONMENT = """
const _: () = assert!(option_env!("PATH").is_none() && option_env!("HOME").is_none());
"""
SUBJECT = """
mod probe;
#[no_mangle] pub extern "C" fn probe_subject(fd: i32) {
    ::evalwire::subject::serve(fd, |input, output| {
        let canary: String = input.arg();
        ::evalwire::Put::put(&probe::probe(&canary, input.arg()), output)
    }, 2 << 20)
}
"""
ORACLE = """
fn ask() {
    let mut call = ::evalwire::call::Call::new();
    call.arg("CANARY_FILE"); call.arg(&PORT_u16);
    let found: Vec<String> = call.invoke().result();
    if !found.is_empty() { panic!("{}", found.join("; ")); }
}
#[no_mangle] pub extern "C" fn probe_oracle(
    line: &::evalwire::oracle::Line, report: extern "C" fn(*const u8, usize)) {
    const TEST: ::evalwire::oracle::Test =
        ::evalwire::oracle::Test { name: "", run: ask, panics: None };
    let plan = ::evalwire::oracle::Plan {
        module: "", tests: &[TEST], listed: None, is_main: false };
    ::evalwire::oracle::run(*line, &plan, report)
}
"""


def violations(provider: Provider, toolchain: Toolchain, runtime: Runtime) -> list[str]:
    """Return what left the provider's box or kept it from working; empty if it confines."""
    home = _home(provider, toolchain, runtime)
    canary = home / "canary"
    with socket.socket() as listener:
        # Only this machine can reach this port, so a probe that reaches it has left the box.
        port = _listen(listener, home)
        if not (home / "built").is_file():
            found = _build(provider, toolchain, runtime, canary, port)
            if found:
                return found
        return _run(provider, runtime, home)


def _home(provider: Provider, toolchain: Toolchain, runtime: Runtime) -> Path:
    boot = Path("/proc/sys/kernel/random/boot_id")
    state = hashlib.sha256(profile_digest(provider, runtime).encode())
    state.update(f"{os.getuid()}\0{toolchain.version}\0".encode())
    state.update(boot.read_bytes() if boot.exists() else b"")
    for source in (*sorted(PROBES.glob("*.rs")), Path(__file__)):
        state.update(source.read_bytes())
    home = cache_root() / "probes" / state.hexdigest()[:32]
    try:
        home.mkdir(parents=True, exist_ok=True)
        (home / "canary").write_text("a file of the host\n", encoding="ascii")
    except OSError as error:
        raise EnvironmentUnfitError(
            f"the cache folder {home.parent} cannot be written: {error}",
            "Set EVALPKG_CACHE to a folder that can be.",
        ) from error
    return home


def _listen(listener: socket.socket, home: Path) -> int:
    """Listen on a loopback port, and return its number.

    The port is compiled into the probes, so the last one is taken if it is free.
    """
    known = home / "port"
    wanted = int(known.read_text(encoding="ascii")) if known.is_file() else 0
    try:
        listener.bind(("127.0.0.1", wanted))
    except OSError:
        listener.bind(("127.0.0.1", 0))
    port = int(listener.getsockname()[1])
    if port != wanted:
        (home / "built").unlink(missing_ok=True)
        known.write_text(str(port), encoding="ascii")
    listener.listen(1)
    return port


def _build(
    provider: Provider, toolchain: Toolchain, runtime: Runtime, canary: Path, port: int
) -> list[str]:
    """Build the probes in the box, and check that the compiler is confined too."""
    home = canary.parent
    with tempfile.TemporaryDirectory(dir=scratch_root()) as folder:
        work = Path(folder)
        shutil.copy(runtime.evalwire, work / "libevalwire.rlib")
        probe = (PROBES / "running.rs").read_text(encoding="utf-8")
        (work / "probe.rs").write_text(probe.replace("CANARY_FILE", str(canary)), encoding="utf-8")
        (work / "lib.rs").write_text(EMPTY_ENVIRONMENT + SUBJECT, encoding="ascii")
        oracle = ORACLE.replace("CANARY_FILE", str(canary)).replace("PORT", str(port))
        (work / "oracle.rs").write_text(oracle, encoding="utf-8")

        def build(root: str, out: str) -> tuple[int, str]:
            command = [*toolchain.cdylib("2021", out), root]
            box = Box(work, building=True, limits=BUILD_LIMITS)
            return run_bounded(provider.command(box, command), wall_s=120, keep_bytes=4000)

        for root, out in (("lib.rs", "batch.so"), ("oracle.rs", "oracle.so")):
            status, errors = build(root, out)
            if status != 0:
                return [f"cannot build in it (status {status}): {errors.strip()[:400]}"]
            shutil.copy(work / out, home / out)
        reading = (PROBES / "building.rs").read_text(encoding="utf-8")
        with tempfile.NamedTemporaryFile(dir=scratch_root(), prefix="canary-") as beside:
            # A provider may hide a whole folder, such as the canary's.
            for place in (str(canary), beside.name, "/etc/passwd"):
                text = reading.replace("CANARY_FILE", place)
                (work / "reads.rs").write_text(text, encoding="utf-8")
                status, errors = build("reads.rs", "reads.so")
                if status == 0:
                    return ["the compiler read a file of the host"]
                if "couldn't read" not in errors:
                    return [f"the compiler failed in an unexpected way: {errors.strip()[:400]}"]
    (home / "built").touch()
    return []


def _run(provider: Provider, runtime: Runtime, home: Path) -> list[str]:
    with tempfile.TemporaryDirectory(dir=scratch_root()) as folder:
        library = Path(folder) / "batch.so"
        shutil.copy(home / "batch.so", library)
        case = Case(home / "oracle.so", "probe_oracle", "probe_subject")
        outcome = try_all(runtime, provider, library, [case], RUN_LIMITS)[0]
    if outcome.kind is OutcomeKind.PASSED:
        return []
    return [outcome.message or f"the probes ended as '{outcome.kind}'"]

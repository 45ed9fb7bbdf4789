"""Build ``evalwire`` and ``evalbox`` from the source in this package, once per toolchain."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from evalpkg.cachedir import cache_root
from evalpkg.errors import EnvironmentUnfitError
from evalpkg.rust.toolchain import Toolchain

SOURCE = Path(__file__).parent / "src"

NAME_ANOTHER_CACHE = (
    "Set the variable EVALPKG_CACHE to a folder that you can write to and start programs from."
)

BOXED_PROGRAMS = Path("/evalpkg/bin")
"""The folder of ``evalbox`` and libstd inside a sandbox that has a root folder of its own."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """Our own programs, ready to run.

    Attributes:
        evalbox: path of the program that confines, serves and judges (``src/evalbox``).
        evalwire: path of the library that both the oracle and the subject link (``src/wire``).
        digest: sha256 of their source, the toolchain and the flags; part of every cache key.
        landlock_abi: version of Landlock's ABI in this kernel, 0 without Landlock.
    """

    evalbox: Path
    evalwire: Path
    digest: str
    landlock_abi: int


def _commands(toolchain: Toolchain, out: str) -> list[list[str]]:
    """Return the commands of rustc, to be run in ``SOURCE``.

    Their paths are relative, so that the programs do not reveal where this package is installed.
    """
    shared = [str(toolchain.rustc), "--edition=2021", "-Cdebuginfo=0", "-Cprefer-dynamic"]
    wire = ["--crate-name=evalwire", "--crate-type=rlib", "-Copt-level=0", "-Awarnings"]
    wire.append("-Ccodegen-units=64")  # in small parts, of which a batch links those that it needs
    # A sandbox may hold a copy of both files; without /proc the loader cannot resolve $ORIGIN.
    rpath = f"-Clink-arg=-Wl,-rpath,$ORIGIN:{BOXED_PROGRAMS}"
    box = ["--crate-name=evalbox", "-Copt-level=2", rpath]
    use = ["--extern", f"evalwire={out}/libevalwire.rlib"]
    return [
        [*shared, *wire, "--out-dir", out, "wire/lib.rs"],
        [*shared, *box, *use, "--out-dir", out, "evalbox/main.rs"],
    ]


def _digest(toolchain: Toolchain) -> str:
    state = hashlib.sha256(toolchain.version.encode())
    state.update(repr(_commands(toolchain, "OUT")).encode())
    for path in sorted(SOURCE.rglob("*.rs")):
        name = path.relative_to(SOURCE).as_posix()
        state.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return state.hexdigest()


_NEEDED_MIB = 32
"""Most space that a build of the runtime takes; if less is left, a failure is the disk's."""


def build_runtime(toolchain: Toolchain) -> Runtime:
    """Return the runtime of this toolchain: from the cache, or built now (about five seconds).

    Raises:
        EnvironmentUnfitError: if it cannot be built, written or started.
    """
    digest = _digest(toolchain)
    home = cache_root() / "runtime" / digest[:32]
    known = (home / "evalbox").is_file()
    if not known:
        _build(toolchain, home)
    abi = _start(home)
    if abi is None and known:
        # The cached programs are damaged; build them again.
        shutil.rmtree(home, ignore_errors=True)
        _build(toolchain, home)
        abi = _start(home)
    if abi is None:
        raise EnvironmentUnfitError(
            f"the scoring runtime in {home} was built, but does not start",
            "Is this a complete toolchain, of this machine's architecture?",
        )
    return Runtime(home / "evalbox", home / "libevalwire.rlib", digest, abi)


def _build(toolchain: Toolchain, home: Path) -> None:
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home.parent) as out:
            _fill(toolchain, Path(out))
            # Another process may have been faster; its files are the same.
            with suppress(OSError):
                Path(out).rename(home)
                Path(out).mkdir()  # for the context manager to remove
    except OSError as error:
        raise EnvironmentUnfitError(
            f"the cache folder {home.parent} cannot be written: {error}", NAME_ANOTHER_CACHE
        ) from error
    except subprocess.SubprocessError as error:
        free = shutil.disk_usage(home.parent).free >> 20
        if free < _NEEDED_MIB:
            raise EnvironmentUnfitError(
                f"the cache folder {home.parent} has {free:,} MiB free, and rustc needs "
                f"{_NEEDED_MIB} to build the scoring runtime",
                f"Free some space. {NAME_ANOTHER_CACHE}",
            ) from error
        text = (getattr(error, "stderr", "") or str(error)).strip()
        raise EnvironmentUnfitError(
            f"rustc could not build the scoring runtime: {text[:2000]}",
            "Is this a complete toolchain, with a C linker beside it?",
        ) from error


def _fill(toolchain: Toolchain, out: Path) -> None:
    """Build into ``out``, and let everybody read it: a sandbox may run as another user."""
    for command in _commands(toolchain, str(out)):
        subprocess.run(command, cwd=SOURCE, capture_output=True, text=True, timeout=300, check=True)
    (out / "evalbox").chmod(0o755)
    (out / "libevalwire.rlib").chmod(0o644)
    # Programs can read the path of libstd in their memory: this link hides the toolchain's path.
    for library in toolchain.standard_library():
        (out / library.name).symlink_to(library)
    out.chmod(0o755)


def _start(home: Path) -> int | None:
    """Start the built ``evalbox`` and return the Landlock ABI that it reports.

    Returns:
        The version, 0 without Landlock; None if the program does not start.

    Raises:
        EnvironmentUnfitError: if no program can be started from the cache folder.
    """
    try:
        done = subprocess.run(
            [str(home / "evalbox"), "abi"],
            env={},
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    except PermissionError as error:
        raise EnvironmentUnfitError(
            f"no program can be started from the cache folder {home.parent} "
            f"(is its file system mounted noexec?): {error.strerror}",
            NAME_ANOTHER_CACHE,
        ) from error
    except (OSError, subprocess.TimeoutExpired):
        return None
    said = done.stdout.strip()
    return int(said) if done.returncode == 0 and said.isdigit() else None

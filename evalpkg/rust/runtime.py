"""Build ``evalwire`` and ``evalbox`` from the source in this package, once per toolchain."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from evalpkg.cachedir import cache_root
from evalpkg.errors import EnvironmentUnfitError
from evalpkg.rust.toolchain import Toolchain

SOURCE = Path(__file__).parent / "src"

BOXED_PROGRAMS = Path("/evalpkg/bin")
"""Where ``evalbox`` and libstd are seen in a sandbox that has a root folder of its own."""


@dataclass(frozen=True, slots=True)
class Runtime:
    """Our own programs, ready to run.

    Attributes:
        evalbox: the program that confines, serves and judges (``src/evalbox``).
        evalwire: the library that both the oracle and the subject link (``src/wire``).
        digest: sha256 over their source, the toolchain and the flags; part of every cache key.
    """

    evalbox: Path
    evalwire: Path
    digest: str


def _commands(toolchain: Toolchain, out: str) -> list[list[str]]:
    shared = [str(toolchain.rustc), "--edition=2021", "-Cdebuginfo=0", "-Cprefer-dynamic"]
    wire = ["--crate-name=evalwire", "--crate-type=rlib", "-Copt-level=0", "-Awarnings"]
    # A sandbox may be given a copy of both, and without /proc nobody knows where $ORIGIN is.
    rpath = f"-Clink-arg=-Wl,-rpath,$ORIGIN:{BOXED_PROGRAMS}:{toolchain.libraries}"
    box = ["--crate-name=evalbox", "-Copt-level=2", rpath]
    use = ["--extern", f"evalwire={out}/libevalwire.rlib"]
    return [
        [*shared, *wire, "--out-dir", out, str(SOURCE / "wire" / "lib.rs")],
        [*shared, *box, *use, "--out-dir", out, str(SOURCE / "evalbox" / "main.rs")],
    ]


def _digest(toolchain: Toolchain) -> str:
    state = hashlib.sha256(toolchain.version.encode())
    state.update(repr(_commands(toolchain, "OUT")).encode())
    for path in sorted(SOURCE.rglob("*.rs")):
        state.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return state.hexdigest()


def build_runtime(toolchain: Toolchain) -> Runtime:
    """The runtime of this toolchain, from the cache or built now (about two seconds).

    Raises:
        EnvironmentUnfitError: if it cannot be built or written.
    """
    digest = _digest(toolchain)
    home = cache_root() / "runtime" / digest[:32]
    runtime = Runtime(home / "evalbox", home / "libevalwire.rlib", digest)
    if runtime.evalbox.is_file():
        return runtime
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home.parent) as out:
            for command in _commands(toolchain, out):
                subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
            Path(out).chmod(0o755)
            # Another process may have been faster; whichever comes first, they are the same.
            with suppress(OSError):
                Path(out).rename(home)
                Path(out).mkdir()  # for the context manager to remove
    except OSError as error:
        raise EnvironmentUnfitError(
            f"the cache folder {home.parent} cannot be written: {error}",
            "Set EVALPKG_CACHE to a folder that can be.",
        ) from error
    except subprocess.SubprocessError as error:
        text = (getattr(error, "stderr", "") or str(error)).strip()
        raise EnvironmentUnfitError(
            f"rustc could not build the scoring runtime: {text[:2000]}",
            "Is this a complete toolchain, with a C linker beside it?",
        ) from error
    return runtime

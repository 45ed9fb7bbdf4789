"""Find rustc itself (not rustup's proxy), the files that it reads, and the fastest linker."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from evalpkg.errors import EnvironmentUnfitError

CURE = "Install Rust (https://rustup.rs), or point the variable RUSTC at a rustc that works."


@dataclass(frozen=True, slots=True)
class Toolchain:
    """A Rust toolchain.

    Attributes:
        rustc: the compiler's own binary.
        sysroot: the toolchain's root folder.
        version: the text of ``rustc -vV``; part of every cache key.
        libraries: folder that holds the dynamic ``libstd``.
        linking: flags that choose the linker.
        readable: files and folders that the compiler and the linker must be able to read.
    """

    rustc: Path
    sysroot: Path
    version: str
    libraries: Path
    linking: tuple[str, ...]
    readable: tuple[Path, ...]

    def standard_library(self) -> tuple[Path, ...]:
        """Return the paths of the dynamic ``libstd``; a folder might hold more than one."""
        return tuple(sorted(self.libraries.glob("libstd-*.so")))

    def cdylib(self, edition: str, out: str) -> list[str]:
        """Return the command that builds a library; the caller adds the root file.

        Debug assertions, overflow checks and unwinding are as in ``rustc --test``; the other flags
        are those that compile fastest. Paths are relative, so that the folder may have another
        place inside a sandbox.

        Args:
            edition: the Rust edition, such as ``2021``.
            out: path of the library to write.
        """
        return [
            str(self.rustc),
            f"--sysroot={self.sysroot}",
            f"--edition={edition}",
            *("--crate-name=batch", "--crate-type=cdylib", f"-o{out}", "-Awarnings"),
            *("-Copt-level=0", "-Cdebuginfo=0", "-Ccodegen-units=1", "-Cprefer-dynamic"),
            "--extern=evalwire=libevalwire.rlib",
            *self.linking,
        ]


def _ask(*command: str) -> str:
    try:
        # A rust-toolchain.toml in the current folder would choose another compiler.
        done = subprocess.run(
            command,
            cwd="/",
            env=_plain_environment(),
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=60,
            check=True,
        )
    except FileNotFoundError as error:
        raise EnvironmentUnfitError(f"{command[0]} was not found on this machine", CURE) from error
    except (OSError, subprocess.SubprocessError) as error:
        raise EnvironmentUnfitError(
            f"'{' '.join(command)}' failed: {_cause(error)}", CURE
        ) from error
    return done.stdout.strip()


def _plain_environment() -> dict[str, str]:
    """Return our environment without the variables that change what rustc does."""
    ours = ("RUST_", "RUSTC_", "RUSTFLAGS")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def _cause(error: OSError | subprocess.SubprocessError) -> str:
    """Return why a command failed in one line, without a backtrace of rustc or rustup."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    if isinstance(error, subprocess.TimeoutExpired):
        return f"it did not end within {error.timeout:g} s"
    said = [line.strip() for line in str(getattr(error, "stderr", "") or "").splitlines()]
    lines = [line for line in said if line.startswith("error")] or [line for line in said if line]
    if lines:
        return lines[0][:300]
    status = getattr(error, "returncode", 0)
    return f"killed by signal {-status}" if status < 0 else f"it ended with status {status}"


@lru_cache(maxsize=1)
def find_toolchain() -> Toolchain:
    """Find the toolchain of ``rustc`` on the PATH, or of the variable ``RUSTC``.

    Raises:
        EnvironmentUnfitError: if there is none, or if it has no dynamic standard library.
    """
    proxy = os.environ.get("RUSTC") or "rustc"
    if os.sep in proxy:
        proxy = str(Path(proxy).absolute())
    sysroot = Path(_ask(proxy, "--print", "sysroot"))
    direct = sysroot / "bin" / "rustc"
    rustc = direct if direct.is_file() else Path(shutil.which(proxy) or proxy)
    version = _ask(str(rustc), "-vV")
    host = next((line[6:] for line in version.splitlines() if line.startswith("host: ")), None)
    if host is None:
        raise EnvironmentUnfitError(f"{rustc} is not a rustc: '{rustc} -vV' names no host", CURE)
    libraries = sysroot / "lib" / "rustlib" / host / "lib"
    if not any(libraries.glob("libstd-*.so")):
        raise EnvironmentUnfitError(f"no libstd-*.so in {libraries}", CURE)
    lld = sysroot / "lib" / "rustlib" / host / "bin" / "rust-lld"
    linking = _direct_linking(lld) or _compiler_linking()
    return Toolchain(rustc, sysroot, version, libraries, linking, _readable(sysroot, linking))


def _direct_linking(lld: Path) -> tuple[str, ...] | None:
    """Return flags that call rust-lld directly; None where its inputs cannot be found.

    A direct call saves about 12 ms of CPU per crate over ``cc`` (docs/performance/scoring.md).
    """
    compiler = shutil.which("cc")
    if not lld.is_file() or compiler is None:
        return None
    folders = []
    for library in ("libc.so", "libgcc_s.so"):
        found = Path(_ask(compiler, f"-print-file-name={library}"))
        if not found.is_absolute():
            return None
        folders.append(found.resolve().parent if library == "libc.so" else found.parent.resolve())
    search = [flag for folder in dict.fromkeys(folders) for flag in ("-L", f"native={folder}")]
    flavor = ["-Clinker-flavor=ld.lld", "-Clink-self-contained=no"]
    # With -zdefs the linker reports an undefined symbol; without it only the loader would.
    return (f"-Clinker={lld}", *flavor, "-Clink-arg=-zdefs", *search)


def _compiler_linking() -> tuple[str, ...]:
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise EnvironmentUnfitError(
            "no C compiler: rustc needs one to link", "Install one, e.g. 'apt-get install gcc'."
        )
    return (f"-Clinker={compiler}", "-Clink-arg=-Wl,-z,defs")


def _readable(sysroot: Path, linking: tuple[str, ...]) -> tuple[Path, ...]:
    """List the toolchain, the system's libraries and the dynamic loader, and nothing else."""
    paths = [sysroot / "lib", sysroot / "bin", Path("/lib64"), Path("/usr/lib64")]
    triplet = f"{platform.machine()}-linux-gnu"
    paths += [Path(folder, triplet) for folder in ("/lib", "/usr/lib", "/usr/lib/gcc")]
    if not any("rust-lld" in flag for flag in linking):
        paths += [Path("/usr/bin"), Path("/bin"), Path("/usr/libexec")]
    paths.append(Path("/etc/ld.so.cache"))
    return tuple(path for path in paths if path.exists())

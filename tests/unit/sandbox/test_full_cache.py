"""A cache folder without space is named as that, not as a wrong wheel or a bad toolchain."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import NoReturn, cast

import pytest

from evalpkg import wheels
from evalpkg.errors import EnvironmentUnfitError
from evalpkg.rust import runtime
from evalpkg.rust.toolchain import Toolchain


def test_half_a_wheel_of_a_pip_that_failed_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        (Path(command[command.index("--dest") + 1]) / "a.whl").write_bytes(b"half")
        return subprocess.CompletedProcess(command, 1, "", "No space left on device\n")

    monkeypatch.setattr(subprocess, "run", full)
    with pytest.raises(EnvironmentUnfitError, match="No space left on device"):
        wheels.download("a==1", "0" * 64, tmp_path / "cache/a", ("a/",), "cure")


@pytest.mark.parametrize(
    ("free_mib", "said"),
    [
        (5, "has 5 MiB free, and rustc needs"),
        (9000, "could not build the scoring runtime: aborted"),
    ],
)
def test_a_build_that_failed_for_want_of_space_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free_mib: int, said: str
) -> None:
    def fail(*_: object) -> NoReturn:
        raise subprocess.CalledProcessError(1, ["rustc"], stderr="aborted")

    monkeypatch.setenv("EVALPKG_CACHE", str(tmp_path))
    monkeypatch.setattr(runtime, "_digest", lambda _: "0" * 64)
    monkeypatch.setattr(runtime, "_fill", fail)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free_mib << 20))
    with pytest.raises(EnvironmentUnfitError, match=said):
        runtime.build_runtime(cast("Toolchain", None))

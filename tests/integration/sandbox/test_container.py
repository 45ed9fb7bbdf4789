"""What starts a container finds the engine's helpers and folders; the container is told nothing."""

from pathlib import Path

import pytest

from evalpkg.rust import build_runtime, find_toolchain
from evalpkg.sandbox.base import Box, BoxLimits
from evalpkg.sandbox.container import Podman
from evalpkg.sandbox.process import run_bounded

STAND_IN = """#!/bin/sh
# Stands in for podman: it says what it was started with.
env >&2
printf '%s\\n' "$@" >&2
"""


@pytest.mark.parametrize("name", ["PATH", "TMPDIR", "HOME", "XDG_RUNTIME_DIR"])
def test_the_engine_gets_the_users_variable_and_the_container_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    toolchain = find_toolchain()
    podman = Podman(toolchain, build_runtime(toolchain))
    (tmp_path / "podman").write_text(STAND_IN)
    (tmp_path / "podman").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    value = f"{tmp_path}:/usr/bin:/bin" if name == "PATH" else "/the/users/own"
    monkeypatch.setenv(name, value)
    command = podman.command(Box(tmp_path, building=True, limits=BoxLimits()), ["/bin/true"])
    _, told = run_bounded(command, 10, 10_000)
    assert f"{name}={value}" in told.splitlines()
    assert not [part for part in command[command.index("run") :] if part.startswith("--env")]

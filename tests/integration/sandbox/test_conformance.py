"""Providers prove themselves by running hostile programs; what does not confine is refused."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from evalpkg.errors import ConfigError, SandboxUnavailableError
from evalpkg.rust import build_runtime, find_toolchain
from evalpkg.sandbox import check_providers, select_provider
from evalpkg.sandbox.base import Box, BoxLimits, profile_digest
from evalpkg.sandbox.conformance import violations
from evalpkg.sandbox.landlock import Landlock
from evalpkg.sandbox.process import run_bounded
from evalpkg.sandbox.select import PROVIDERS
from evalpkg.sandbox.unconfined import Unconfined


def test_a_provider_confines_on_this_machine_or_says_why_not() -> None:
    checks = check_providers()
    assert any(check.confines for check in checks)
    for check in checks:
        assert check.confines or check.detail != "every check held"


def test_no_sandbox_at_all_is_caught_by_the_checks() -> None:
    toolchain = find_toolchain()
    runtime = build_runtime(toolchain)
    found = violations(Unconfined(toolchain, runtime), toolchain, runtime)
    assert found == ["the compiler read a file of the host"]


def test_a_provider_that_runs_the_program_without_confining_it_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # In a container firejail confines nothing, runs the program and exits 0.
    def do_nothing(self: Landlock, box: Box, inside: Sequence[str]) -> list[str]:
        return Unconfined(self._toolchain, self._runtime).command(box, inside)

    monkeypatch.setattr(Landlock, "command", do_nothing)
    toolchain = find_toolchain()
    with pytest.raises(SandboxUnavailableError, match="landlock: the compiler read a file"):
        select_provider("landlock", toolchain, build_runtime(toolchain))


def test_an_unknown_mode_lists_the_choices() -> None:
    toolchain = find_toolchain()
    with pytest.raises(ConfigError, match="'chroot'") as caught:
        select_provider("chroot", toolchain, build_runtime(toolchain))
    assert "bubblewrap" in caught.value.cure


def test_the_profile_digest_covers_the_limits_of_our_own_launcher() -> None:
    toolchain = find_toolchain()
    runtime = build_runtime(toolchain)
    landlock, none = Landlock(toolchain, runtime), Unconfined(toolchain, runtime)
    assert profile_digest(landlock, runtime) != profile_digest(none, runtime)


@pytest.mark.parametrize("name", PROVIDERS)
def test_the_profile_digest_does_not_depend_on_where_the_cache_lies(
    name: str, tmp_path: Path
) -> None:
    toolchain = find_toolchain()
    runtime = build_runtime(toolchain)
    shutil.copy(runtime.evalbox, tmp_path)
    elsewhere = replace(runtime, evalbox=tmp_path / "evalbox")
    here = profile_digest(PROVIDERS[name](toolchain, runtime), runtime)
    assert profile_digest(PROVIDERS[name](toolchain, elsewhere), elsewhere) == here


def test_a_container_engine_is_started_with_its_own_variables_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its images may lie where HOME says; without it, it would look in another place."""
    engine = tmp_path / "podman"
    engine.write_text(f"#!/bin/sh\n/usr/bin/env >{tmp_path}/seen\n")
    engine.chmod(0o755)
    toolchain = find_toolchain()
    podman = PROVIDERS["podman"](toolchain, build_runtime(toolchain))
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("HOME", "/somewhere/else")
    monkeypatch.setenv("HF_TOKEN", "canary")
    box = Box(tmp_path, building=False, limits=BoxLimits())
    assert run_bounded(podman.command(box, ["true"]), wall_s=60, keep_bytes=2000) == (0, "")
    seen = (tmp_path / "seen").read_text().splitlines()
    assert "HOME=/somewhere/else" in seen
    assert not [line for line in seen if "canary" in line or line.startswith("RUST")]


@pytest.mark.parametrize(
    ("limits", "script"),
    [
        (BoxLimits(file_mib=1), "dd if=/dev/zero of=big bs=1M count=3"),
        (BoxLimits(cpu_s=1), "while :; do :; done"),
    ],
    ids=["file size", "cpu time"],
)
def test_a_limit_of_the_build_box_holds(tmp_path: Path, limits: BoxLimits, script: str) -> None:
    toolchain = find_toolchain()
    runtime = build_runtime(toolchain)
    box = Box(tmp_path, building=True, limits=limits)
    command = Landlock(toolchain, runtime).command(box, ["/usr/bin/bash", "-c", script])
    at = command.index("--readable")
    command[at:at] = ["--readable", "/usr/bin", "--readable", "/bin"]
    status, _ = run_bounded(command, wall_s=60, keep_bytes=2000)
    assert status > 0

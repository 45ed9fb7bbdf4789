"""The corpus through the real scorer, under every sandbox, as root and as an ordinary user.

By default one run: all cases in company, the sandbox that ``auto`` takes, the user we are. With
``EVALPKG_REDTEAM=full`` also each case by itself, every provider, and (as root) another user.
"""

from __future__ import annotations

import json
import os
import pwd
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from evalpkg.sandbox import check_providers
from tests.redteam import corpus

HERE = Path(__file__).parent
REPOSITORY = HERE.parent.parent
FULL = os.environ.get("EVALPKG_REDTEAM") == "full"
ORDINARY_USER = pwd.getpwnam(os.environ.get("EVALPKG_REDTEAM_USER", "nobody")).pw_uid
"""The default owns nothing; firejail and podman refuse it, and want a user with a home."""

PROVIDERS = ["landlock", "bubblewrap", "firejail", "podman", "docker"]

_TELLING = """
exit_zero exit_in_constructor forge_every_descriptor signal_by_descriptor_owner loop_forever
leak_file_passwd leak_file_exists leak_network_tcp leak_variable leak_process_list
leak_process_trace leak_own_library_writable leak_new_namespaces leak_limits_raised
leak_compile_include leak_compile_os_release leak_compile_option_env
limit_threads limit_processes limit_memory limit_output limit_descriptors
whole_function threads_sixteen large_heap foreign_function files_with_fallback
network_with_fallback clock_and_environment thread_left_running
"""
TELLING = _TELLING.split()
"""Cases that test a provider best, for every test run."""

full = pytest.mark.skipif(not FULL, reason="EVALPKG_REDTEAM=full runs the whole matrix")
as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")


def test_in_company() -> None:
    assert_sound(run("auto"))


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_telling_few_under_every_provider(provider: str) -> None:
    available(provider)
    assert_sound(run(provider, cases=TELLING), TELLING)


@full
def test_extracted_from_the_completion_as_the_model_wrote_it() -> None:
    rows = run("auto", extracted=True)["rows"]
    cases = {case.name: case for case in corpus.hostile()}
    assert not [row["name"] for row in rows if row["name"] in cases and row["verdict"] == "passed"]
    assert not [row for row in rows if row["name"] not in cases and row["verdict"] != "passed"]


@full
@pytest.mark.parametrize("provider", PROVIDERS)
def test_under_every_provider(provider: str) -> None:
    available(provider)
    company = run(provider)
    assert_sound(company)
    assert_same(company, run(provider, alone=True))


@full
@as_root
@pytest.mark.parametrize("provider", ["landlock", "bubblewrap", "firejail", "podman"])
def test_as_an_ordinary_user(provider: str) -> None:
    # Not in pytest's folder, which is closed to others. With a path of 26 characters podman waits
    # 20 s at the end of each container.
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="rt-") as home:
        assert_sound(run(provider, user=ORDINARY_USER, home=Path(home)))


def test_unconfined_programs_still_cannot_forge_a_verdict() -> None:
    """Without a sandbox, leaks pass; attacks on the verdict alone must not pass."""
    forgeries = [
        case.name
        for case in corpus.hostile()
        if not case.leak and case.name.startswith(("exit", "forge", "macro", "return", "invalid"))
    ]
    assert len(forgeries) > 30
    rows = run("none", cases=forgeries)["rows"]
    assert {row["name"] for row in rows} == set(forgeries)
    assert not [row["name"] for row in rows if row["verdict"] in ("passed", "infra_error")]


def run(
    provider: str,
    *,
    alone: bool = False,
    extracted: bool = False,
    cases: list[str] | None = None,
    user: int | None = None,
    home: Path | None = None,
) -> dict[str, Any]:
    """Run the corpus in a process of its own and return what it said."""
    options = {"provider": provider, "alone": alone, "extracted": extracted, "cases": cases or []}
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    interpreter = sys.executable
    becoming: dict[str, Any] = {}
    if user is not None and home is not None:
        interpreter, more = usable_by(user)
        os.chown(home, user, user)
        environment |= {**more, "HOME": str(home), "EVALPKG_CACHE": str(home), "TMPDIR": str(home)}
        becoming = {"user": user, "group": user, "extra_groups": []}
    done = subprocess.run(
        [interpreter, "-m", "tests.redteam.run", json.dumps(options)],
        env=environment,
        cwd=home or REPOSITORY,
        capture_output=True,
        text=True,
        timeout=3600,
        **becoming,
    )
    if "SandboxUnavailableError" in done.stderr:
        pytest.skip(done.stderr.strip().splitlines()[-1])
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    assert "failed" not in said, done.stderr
    return said


def assert_sound(said: dict[str, Any], names: Sequence[str] = ()) -> None:
    """No hostile case passes or leaks, no honest one fails, nothing is left behind."""
    cases = {case.name: case for case in (*corpus.hostile(), *corpus.honest())}
    cases = {name: cases[name] for name in names} or cases
    assert len(said["rows"]) == said["asked"]
    assert {row["name"] for row in said["rows"]} == set(cases)
    wrong = [
        f"{row['name']}: {row['verdict']} ({row['detail'][:200]})"
        for row in said["rows"]
        if row["verdict"] not in {kind.value for kind in cases[row["name"]].accepted}
    ]
    assert not wrong, "\n".join(wrong)
    told = [row["name"] for row in said["rows"] if said["secret"] in row["detail"]]
    assert not told, f"a file of the host is in the verdict of {told}"
    assert not said["orphans"]
    assert not said["marks"]
    assert not said["folders"]


def assert_same(company: dict[str, Any], alone: dict[str, Any]) -> None:
    """A verdict does not depend on who else was judged, except for programs that rely on chance."""
    kinds: dict[str, set[str]] = defaultdict(set)
    for row in (*company["rows"], *alone["rows"]):
        kinds[row["name"]].add(row["verdict"])
    cases = {case.name: case for case in corpus.hostile()}
    differing = {
        name: found
        for name, found in kinds.items()
        if len(found) > 1 and (name not in cases or len(cases[name].accepted) == 1)
    }
    assert not differing


@cache
def providers() -> dict[str, str]:
    return {
        check.name: "" if check.confines else check.detail or "missing"
        for check in check_providers()
    }


def available(provider: str) -> None:
    """Skip where this machine lacks a provider or the provider does not confine here."""
    fault = providers().get(provider, "unknown provider")
    if fault:
        pytest.skip(f"{provider}: {fault}")


def usable_by(user: int) -> tuple[str, dict[str, str]]:
    """An interpreter with our libraries, and a toolchain, that ``user`` can read."""
    from evalpkg.rust import find_toolchain

    libraries = [path for path in sys.path if path.endswith("site-packages")]
    search = os.pathsep.join([str(REPOSITORY), *libraries])
    rustc = os.environ.get("EVALPKG_REDTEAM_RUSTC", str(find_toolchain().rustc))
    environment = {"PYTHONPATH": search, "RUSTC": rustc}
    for interpreter in (sys.executable, "/usr/bin/python3"):
        tries = [[interpreter, "-c", "import tree_sitter, evalpkg.scoring"], [rustc, "-V"]]
        if all(_works(command, user, environment) for command in tries):
            return interpreter, environment
    pytest.skip(
        "an ordinary user can read neither our Python nor rustc here; EVALPKG_REDTEAM_RUSTC may "
        "name a rustc that everybody can read"
    )


def _works(command: list[str], user: int, environment: dict[str, str]) -> bool:
    becoming: dict[str, Any] = {"user": user, "group": user, "extra_groups": []}
    try:
        done = subprocess.run(
            command, env=environment, cwd="/", capture_output=True, timeout=60, **becoming
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0

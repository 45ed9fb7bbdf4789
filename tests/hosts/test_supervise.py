"""The scripts of the evaluation role, run for real with tmux; the program is a small script."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed here")

Supervise = Callable[[str], "subprocess.Popen[bytes]"]


@pytest.fixture
def run(rendered: Path) -> Iterator[Path]:
    """The folder of a run with two shards, empty at the start of each test."""
    base = rendered / "eval"
    shutil.rmtree(base / "runs")
    folder = base / "runs/test"
    (folder / "shards").mkdir(parents=True)
    (base / "run").write_text("test\n")
    (folder / "plan").write_text("0/2\n1/2\n")
    (folder / "config.yaml").write_text("{}\n")
    yield folder
    subprocess.run(["tmux", "-S", str(rendered / "tmux"), "kill-server"], stderr=-3, check=False)


def write_program(rendered: Path, run: Path, program: str) -> None:
    """Put a program given as shell text in the place of evalpkg; it notes its arguments."""
    evalpkg = rendered / "venv/bin/evalpkg"
    evalpkg.parent.mkdir(parents=True, exist_ok=True)
    evalpkg.write_text(f"#!/bin/bash\necho \"$*\" >>'{run}/calls'\n{program}\n")
    evalpkg.chmod(0o755)


@pytest.fixture
def supervise(rendered: Path, run: Path) -> Supervise:
    """Starts the main process of the unit around a program given as shell text."""

    def start(program: str) -> subprocess.Popen[bytes]:
        write_program(rendered, run, program)
        environment = os.environ | {"RUNTIME_DIRECTORY": str(rendered)}
        return subprocess.Popen([str(rendered / "eval/bin/supervise")], env=environment)

    return start


def status(rendered: Path, script: str = "status") -> dict[str, Any]:
    output = subprocess.run(
        [str(rendered / "eval/bin" / script)], capture_output=True, check=True
    ).stdout
    found = json.loads(output)
    assert isinstance(found, dict)
    return found


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} never came"
        time.sleep(0.05)


def test_success_is_success_and_every_shard_was_run(
    rendered: Path, run: Path, supervise: Supervise
) -> None:
    assert supervise("exit 0").wait(30) == 0
    calls = (run / "calls").read_text().splitlines()
    assert [call.split("--shard ")[1].split()[0] for call in calls] == ["0/2", "1/2"]
    assert status(rendered)["state"] == "finished"
    assert status(rendered)["finished_shards"] == ["0/2", "1/2"]


def test_the_status_of_a_run_of_several_checkpoints_is_that_of_the_last_begun(
    rendered: Path, run: Path, supervise: Supervise
) -> None:
    assert supervise("exit 4").wait(30) == 4
    shard = run / "shards/0-of-2"
    for age, name in ((20, "step-1"), (10, "step-2")):
        (shard / name).mkdir(parents=True)
        (shard / name / "progress.json").write_text(
            json.dumps({"state": "working", "phase": "judging", "done": age, "total": 40})
        )
        os.utime(shard / name / "progress.json", (time.time() - age,) * 2)
    assert status(rendered)["begun_shards"] == []
    (shard / "step-1" / "eval_metadata.json").touch()
    said = status(rendered)
    assert (said["phase"], said["done"], said["total"]) == ("step-2: judging", 10, 40)
    assert said["begun_shards"] == ["0/2"]


@pytest.mark.parametrize(("script", "since"), [("status", None), ("status-rented", 1_790_000_000)])
def test_a_host_costs_from_its_launch_whether_or_not_the_evaluation_works(
    rendered: Path, run: Path, supervise: Supervise, script: str, since: int | None
) -> None:
    began = int(time.time()) - 7200
    (run / "started").write_text(str(began))
    assert supervise("exit 0").wait(30) == 0
    (run / "ended").write_text(str(began + 3600))
    before = time.time()
    said = status(rendered, script)
    assert said["elapsed_s"] == 3600
    assert said["rented_since"] == (since or began)
    # 36 dollars an hour are a cent a second.
    spent = [(now - (since or began)) / 100 for now in (before, time.time())]
    assert spent[0] - 0.01 <= said["rent"] <= spent[1] + 0.01


@pytest.mark.parametrize("code", [3, 9])
def test_the_status_of_the_program_is_the_status_of_the_unit(
    rendered: Path, supervise: Supervise, code: int
) -> None:
    assert supervise(f"echo the cause; exit {code}").wait(30) == code
    assert status(rendered)["state"] == "failed"
    assert "the cause" in str(status(rendered)["error"])


def test_a_spent_budget_ends_the_program_for_good_and_says_what_it_cost(
    rendered: Path, run: Path, supervise: Supervise
) -> None:
    (run / "started").write_text(str(int(time.time()) - 48 * 3600 + 2))
    assert supervise("exec sleep 60").wait(30) == 75
    said = status(rendered)
    assert said["state"] == "over_budget"
    assert said["budget_left_s"] == 0
    assert "The budget of 48 h (1728.00 on this host)" in str(said["error"])
    assert "raise evaluation_budget_hours" in str(said["error"])
    # A reboot or systemd may start it again: it ends with the same status and runs no program.
    (run / "calls").unlink()
    assert supervise("exit 0").wait(30) == 75
    assert not (run / "calls").exists()


def test_a_program_that_ends_before_its_time_keeps_its_status(
    run: Path, supervise: Supervise
) -> None:
    (run / "started").write_text(str(int(time.time()) - 47 * 3600))
    assert supervise("exit 4").wait(30) == 4


def test_a_killed_program_is_not_a_success(run: Path, supervise: Supervise) -> None:
    process = supervise(
        f"echo $$ >'{run}/pid.partial'; mv '{run}/pid.partial' '{run}/pid'; sleep 60"
    )
    wait_for(run / "pid")
    os.kill(int((run / "pid").read_text()), signal.SIGKILL)
    assert process.wait(30) == 128 + signal.SIGKILL


@pytest.mark.parametrize("how", ["kill-server", "SIGKILL"])
def test_a_lost_tmux_server_is_not_a_success(
    rendered: Path, run: Path, supervise: Supervise, how: str
) -> None:
    process = supervise(f"touch '{run}/began'; sleep 60")
    wait_for(run / "began")
    tmux = ["tmux", "-S", str(rendered / "tmux")]
    if how == "SIGKILL":
        pid = subprocess.check_output([*tmux, "display-message", "-p", "#{pid}"])
        os.kill(int(pid), signal.SIGKILL)
    else:
        subprocess.run([*tmux, "kill-server"], check=True)
    assert process.wait(30) == 70


def test_started_again_it_goes_on_with_the_shard_that_is_open(
    run: Path, supervise: Supervise
) -> None:
    fail_on_second = 'case "$*" in *"1/2"*) exit 1 ;; esac'
    assert supervise(fail_on_second).wait(30) == 1
    assert supervise("exit 0").wait(30) == 0
    calls = (run / "calls").read_text().splitlines()
    assert [call.split("--shard ")[1].split()[0] for call in calls] == ["0/2", "1/2", "1/2"]


@pytest.mark.parametrize(
    ("script", "wanted"), [("run-shards", []), ("run-shards-local", ["--cluster local"] * 2)]
)
def test_on_a_host_with_many_gpus_every_shard_is_run_on_all_of_them(
    rendered: Path, run: Path, script: str, wanted: list[str]
) -> None:
    write_program(rendered, run, f"echo \"$RAY_TMPDIR\" >>'{run}/folders'")
    environment = {"PATH": os.environ["PATH"], "RUNTIME_DIRECTORY": str(rendered)}
    subprocess.run([str(rendered / "eval/bin" / script)], env=environment, check=True)
    calls = (run / "calls").read_text().splitlines()
    assert re.findall(r"--cluster \w+", "\n".join(calls)) == wanted
    # Ray's sockets go where the unit alone sees them.
    folder = str(rendered) if wanted else ""
    assert (run / "folders").read_text().splitlines() == [folder] * 2


@pytest.mark.parametrize("name", ["run-shards", "run-shards-local", "supervise", "attach"])
def test_shellcheck_has_nothing_to_say(rendered: Path, name: str) -> None:
    if shutil.which("shellcheck") is None:
        pytest.skip("shellcheck is not installed here")
    subprocess.run(["shellcheck", str(rendered / "eval/bin" / name)], check=True)

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from evalpkg.fleet import supervise
from tests.hosts.conftest import play

SETTINGS = {"backend": "replay"}
RUN = hashlib.sha256(json.dumps(SETTINGS).encode()).hexdigest()[:12]
STOPPED = {"run": RUN, "state": "stopped", "exit_status": None, "error": "by hand"}


def watch(folder: Path, wanted: str) -> None:
    """Come back to a host whose run lies in ``folder``; ``wanted`` must be said of it."""
    hosts = folder / "hosts"
    hosts.write_text(
        f"gpu-1 ansible_connection=local ansible_python_interpreter={sys.executable}\n"
    )
    given = {
        "wanted": wanted,
        "evaluation_dir": str(folder / "eval"),
        "evaluation_results_dir": str(folder / "results"),
        "evaluation_settings": {},
        "evaluation_extra_settings": SETTINGS,
        "evaluation_secrets": {"HF_TOKEN": ""},
        "evaluation_price_per_hour": 0,
        "runs_dir": str(folder / "runs"),
        # A wait would end after a second, with another message.
        "evaluation_budget_hours": 0,
        "evaluation_grace_seconds": 0,
        "evaluation_poll_seconds": 1,
    }
    part = ("--tags", supervise.WATCH_TAGS, "--skip-tags", supervise.WATCH_SKIPS)
    play("coming_back.yml", "-i", str(hosts), *part, "-e", json.dumps(given))


def test_hosts_on_which_nothing_was_started_are_not_waited_for(tmp_path: Path) -> None:
    watch(tmp_path, "Failed: Nothing was started on gpu-1.")


def host_says(folder: Path, **told: object) -> Path:
    """Put a run on the host that is in the state of ``told``; return the file of its secret."""
    status, secret = folder / "eval/bin/status", folder / "eval/credentials/HF_TOKEN"
    for file in (status, secret, folder / "runs" / RUN / "hosts/gpu-1.json"):
        file.parent.mkdir(parents=True)
    text = json.dumps(STOPPED | {"begun_shards": [], "finished_shards": []} | told)
    status.write_text(f"#!/bin/sh\necho '{text}'\n")
    status.chmod(0o700)
    secret.write_text("hf_canary")
    return secret


def test_a_stopped_run_is_named_and_leaves_no_secret_on_its_host(tmp_path: Path) -> None:
    secret = host_says(tmp_path)
    (tmp_path / "runs" / RUN / "plan.json").write_text('{"count": 1, "hosts": {"0": "gpu-1"}}')
    watch(tmp_path, "Failed: The evaluation on gpu-1 stopped. by hand")
    assert not secret.exists()


def test_a_controller_that_did_not_begin_the_run_takes_it_over(tmp_path: Path) -> None:
    host_says(tmp_path, shards=["3/4"])
    watch(tmp_path, "Failed: The evaluation on gpu-1 stopped. by hand")
    plan = json.loads((tmp_path / "runs" / RUN / "plan.json").read_text())
    assert plan == {"count": 4, "hosts": {"3": "gpu-1"}}


def test_a_run_with_other_settings_is_named_and_left_alone(tmp_path: Path) -> None:
    secret = host_says(tmp_path, run="0123456789ab", state="running")
    (tmp_path / "eval/run").write_text("0123456789ab\n")
    watch(tmp_path, "The run on gpu-1 has other settings than this command")
    assert secret.exists()

from __future__ import annotations

import json
import sys
from pathlib import Path

from evalpkg.fleet.supervise import WATCH_SKIPS, WATCH_TAGS
from tests.hosts.conftest import play


def test_hosts_on_which_nothing_was_started_are_not_waited_for(tmp_path: Path) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text(
        f"gpu-1 ansible_connection=local ansible_python_interpreter={sys.executable}\n"
    )
    given = {
        "evaluation_dir": str(tmp_path / "eval"),
        "evaluation_results_dir": str(tmp_path / "results"),
        "evaluation_settings": {},
        "evaluation_extra_settings": {"backend": "replay"},
        "evaluation_secrets": {},
        "evaluation_price_per_hour": 0,
        "runs_dir": str(tmp_path / "runs"),
        # A wait would end after a second, with another message.
        "evaluation_budget_hours": 0,
        "evaluation_grace_seconds": 0,
        "evaluation_poll_seconds": 1,
    }
    arguments = ["-i", str(hosts), "--tags", WATCH_TAGS, "--skip-tags", WATCH_SKIPS]
    play("nothing_started.yml", *arguments, "-e", json.dumps(given))

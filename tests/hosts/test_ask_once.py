from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.hosts.conftest import play


def ask(folder: Path, what: str, wanted: str) -> None:
    given = {
        "ask": what,
        "wanted": wanted,
        "evaluation_dir": str(folder),
        "evaluation_settings": {},
        "evaluation_extra_settings": {"backend": "replay"},
        "evaluation_secrets": {},
        "evaluation_results_dir": str(folder / "results"),
        "evaluation_price_per_hour": 0,
    }
    play("ask_once.yml", "-e", json.dumps(given))


def test_a_host_on_which_nothing_was_started_is_healthy(tmp_path: Path) -> None:
    ask(tmp_path, "verify", "")


@pytest.mark.parametrize("folder", ["work", "checkpoint-1000/work"])
def test_the_log_of_every_checkpoint_is_shown(folder: str, tmp_path: Path) -> None:
    log = tmp_path / "runs/0123456789ab/shards/0-of-1" / folder / "run.log"
    log.parent.mkdir(parents=True)
    log.write_text("judged 40 samples\n")
    ask(tmp_path, "logs", "judged 40 samples")

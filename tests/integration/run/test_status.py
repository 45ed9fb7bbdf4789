"""An unfinished run says that it is, and by how much."""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from evalpkg.cli.app import app
from evalpkg.config import load_config
from evalpkg.errors import ConfigError
from evalpkg.pipeline.run import generate_only, run_evaluation
from evalpkg.store import RunLayout

RUN = {
    "backend": "replay",
    "replay_base": "stub",
    "replay_finetuned": "canonical",
    "limit": 8,
    "num_samples": 2,
    "k_values": "1",
    "noninteractive": True,
}


def said(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_report_verify_and_status_tell_how_far_a_run_is(tmp_path: Path) -> None:
    config = load_config({**RUN, "output_dir": tmp_path})
    generate_only(config)
    assert "32 of 32 samples generated, 0 judged, results not written yet" in said(
        "status", str(tmp_path)
    )
    for command in ("report", "verify"):
        with pytest.raises(
            ConfigError, match="is unfinished: 32 of 32 samples generated, 0 judged"
        ):
            said(command, str(tmp_path))
    run_evaluation(config)
    told = json.loads(said("status", "--json", str(tmp_path)))
    assert (told["asked"], told["generated"], told["judged"], told["sealed"]) == (32, 32, 32, True)
    assert "everything holds" in said("verify", str(tmp_path))
    table = said("plan", "--detect", "5")
    assert "assumed: no run was given" in table
    assert "cheapest for 5 points" in table


def test_a_killed_run_is_not_called_running(tmp_path: Path) -> None:
    config = load_config({**RUN, "output_dir": tmp_path})
    generate_only(config)
    path = RunLayout(tmp_path).progress
    told = json.loads(path.read_text())
    ended = subprocess.Popen(["true"])
    ended.wait()
    now = datetime.now(UTC).isoformat()
    told |= {"state": "running", "updated_at": now, "pid": os.getpid()}
    path.write_text(json.dumps(told))
    assert "\nrunning, last at" in said("status", str(tmp_path))
    path.write_text(json.dumps(told | {"pid": ended.pid}))
    assert "its process has died, last at" in said("status", str(tmp_path))
    path.write_text(json.dumps(told | {"pid": ended.pid, "host": "elsewhere"}))
    assert "\nrunning, last at" in said("status", str(tmp_path))

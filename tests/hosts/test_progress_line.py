from __future__ import annotations

import pytest

from tests.hosts.conftest import load_plugin

pytest.importorskip("ansible", reason="`make molecule-lint` brings Ansible")


def test_a_waiting_host_shows_counts_rate_time_left_and_rent() -> None:
    progress_line = load_plugin("callback/evaluation.py").progress_line
    line = progress_line(
        "gpu-1",
        {
            "phase": "generate",
            "done": 120,
            "total": 800,
            "rate_per_s": 3.14159,
            "eta_s": 3725,
            "elapsed_s": 61,
            "rent": 1.5,
            "shards_done": 1,
            "shards_total": 2,
            "restarts": 3,
        },
    )
    for part in ("gpu-1", "generate", "120/800", "shard 2 of 2", "3.14/s", "1 h 02 min"):
        assert part in line
    assert "rent 1.50" in line
    assert "restarted 3x" in line

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.hosts.conftest import load_plugin

plugin = load_plugin("filter/summary.py")
run_summary = plugin.run_summary


@pytest.fixture
def found(tmp_path: Path) -> dict[str, Any]:
    """A finished run of two hosts that cost 3.29 an hour each, one of them since two hours ago."""
    began = time.time() - 3600
    results, hosts = tmp_path / "results", tmp_path / "run/hosts"
    results.mkdir()
    hosts.mkdir(parents=True)
    text = (
        "# Summary\n\n8 tasks\n\n**The fine-tuned model is ahead (p \\< 0.001).**\n\n"
        "## Models\n\n**Not this.**\n"
    )
    (results / "combined_summary.md").write_text(text)
    for host, seconds in (("gpu-1", 3600), ("gpu-2", 5400)):
        (hosts / f"{host}.json").write_text(
            json.dumps({"elapsed_s": seconds, "rented_since": began})
        )
    return {
        "results": str(results),
        "folder": str(tmp_path / "run"),
        "plan": {"count": 2, "hosts": {"0": "gpu-1", "1": "gpu-2"}},
        "done": ["0/2", "1/2"],
        "partial": [],
        "missing": [],
        "failures": [],
        "prices": {"gpu-1": 3.29, "gpu-2": "3.29"},
        "rented_since": {"gpu-1": 0, "gpu-2": began - 3600},
    }


def test_the_last_lines_are_answer_report_hours_rent_and_what_goes_on(
    found: dict[str, Any],
) -> None:
    assert run_summary(found).splitlines() == [
        "The fine-tuned model is ahead (p < 0.001).",
        f"Report: {found['results']}/report.html",
        "Hours of the evaluation: 2.50 on 2 hosts.",
        "Rent of the hosts until now: 9.87.",
        "These hosts cost 6.58 an hour until you terminate them: gpu-1, gpu-2.",
    ]


def test_each_checkpoint_has_its_sentence_and_one_comparison_is_named(
    found: dict[str, Any],
) -> None:
    results = Path(found["results"])
    (results / "combined_summary.md").unlink()
    for name in ("step-100", "step-20"):
        (results / name).mkdir()
        (results / name / "combined_summary.md").write_text(f"**{name} is ahead.**\n\n## Models\n")
    assert run_summary(found).splitlines()[:4] == [
        "step-20: step-20 is ahead.",
        "step-100: step-100 is ahead.",
        f"Report: {results}/step-20/report.html",
        f"Report: {results}/step-100/report.html",
    ]
    (results / "comparison.html").touch()
    assert run_summary(found).splitlines()[2] == f"Report: {results}/comparison.html"


def test_a_lost_host_and_its_shard_are_named_with_what_to_do(found: dict[str, Any]) -> None:
    lost = found | {
        "done": ["0/2"],
        "partial": ["1/2"],
        "missing": ["1/2"],
        "failures": ["gpu-2 could not be reached for 600 s and counts as lost."],
    }
    said = run_summary(lost)
    assert "Failed: gpu-2 could not be reached" in said
    assert "1 of 2 shards are complete, and parts of 1/2" in said
    assert "Missing: 1/2 of gpu-2." in said
    assert "remove it from the inventory" in said


def test_nothing_merged_and_no_price_say_no_more_than_is_known(found: dict[str, Any]) -> None:
    bare = found | {"results": "/nowhere", "folder": "/nowhere", "prices": {"localhost": 0}}
    bare["rented_since"] = {"localhost": 0}
    assert run_summary(bare) == "There is no result in /nowhere yet."


def test_a_table_has_a_row_for_each_host_and_totals() -> None:
    working = {"state": "running", "phase": "scoring", "done": 40, "total": 100, "shards_done": 1}
    working |= {"shards_total": 2, "rate_per_s": 2.0, "eta_s": 3900, "elapsed_s": 7260, "rent": 6.6}
    ended = {
        "state": "finished",
        "phase": "",
        "done": 100,
        "total": 100,
        "elapsed_s": 60,
        "rent": 1,
    }
    ended |= {"shards_done": 1, "shards_total": 1}
    rented = {"evaluation_price_per_hour": 2, "evaluation_rented_since": time.time() - 7200}
    asked: dict[str, Any] = {"gathered": {}}
    table = plugin.status_table(
        ["gpu-1", "gpu-2", "gpu-3", "gpu-4", "gpu-5"],
        {
            "gpu-1": asked | {"evaluation_status": {"stdout": json.dumps(working)}},
            "gpu-2": asked | {"evaluation_status": {"stdout": json.dumps(ended)}},
            "gpu-3": asked | {"evaluation_status": {"unreachable": True}},
            "gpu-4": asked | {"evaluation_status": {"stdout": "", "rc": 2}} | rented,
            "gpu-5": {},  # left out by --limit
        },
    ).splitlines()
    assert [line.split()[0] for line in table] == [
        "host",
        "gpu-1",
        "gpu-2",
        "gpu-3",
        "gpu-4",
        "total",
        "rent:",
    ]
    assert table[1].split()[1:] == [
        "running",
        "scoring",
        "40/100",
        "1/2",
        "2.00",
        "1:05",
        "2:01",
        "6.60",
    ]
    assert "100/100" in table[2]
    assert "unreachable" in table[3]
    assert table[3].endswith("-")
    assert "nothing started" in table[4]
    assert table[4].endswith("4.00")
    assert "140/200" in table[5]
    assert "1 running" in table[5]
    assert "11.60" in table[5]


def test_without_a_price_the_table_says_nothing_of_rent() -> None:
    hosts = {"gpu-1": {"gathered": {}, "evaluation_status": {"rc": 2}}}
    table = plugin.status_table(["gpu-1"], hosts)
    assert "until the host is terminated" not in table

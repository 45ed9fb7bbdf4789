from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.hosts.conftest import play


@pytest.mark.parametrize("forks", ["1", "2"])
def test_hosts_that_do_not_fit_together_are_refused_before_they_begin(
    forks: str, tmp_path: Path
) -> None:
    play("refusals.yml", "-e", f"folder={tmp_path}", "-f", forks)


@pytest.mark.parametrize(
    ("present", "wanted"),
    [
        ([], ""),
        (["manifest.json", "notes.txt"], ""),
        (["thesis.tex"], "no run: thesis.tex"),
        (["thesis.tex"], "Give an OUTPUT_DIR that is empty"),
    ],
)
def test_a_results_folder_of_something_else_is_refused_before_anything_is_installed(
    present: list[str], wanted: str, tmp_path: Path
) -> None:
    (tmp_path / "results").mkdir()
    for name in present:
        (tmp_path / "results" / name).touch()
    tool = Path(sys.executable).with_name("evalpkg")
    given = {"folder": str(tmp_path), "wanted": wanted, "evaluation_check_tool": str(tool)}
    play("check.yml", "-e", json.dumps(given))


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({}, ""),
        (
            {"evaluation_budget_hour": 2},
            "evaluation_budget_hour (is evaluation_budget_hours meant?)",
        ),
        ({"evaluation_poll_seconds": 0}, "evaluation_poll_seconds is 0, but must be more than 0"),
        ({"addresses": {"gpu-1": "192.0.2.1", "gpu-2": "192.0.2.1"}}, "gpu-1 and gpu-2 are one"),
    ],
)
def test_what_would_cost_hours_in_vain_is_refused_before_any_host_is_changed(
    given: dict[str, object], wanted: str
) -> None:
    play("configuration.yml", "-e", json.dumps(given | {"wanted": wanted}))

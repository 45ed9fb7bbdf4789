"""A run that grew is the run that was made at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from evalpkg.config import load_config
from evalpkg.models import Mode
from evalpkg.pipeline.auto import run_in_rounds
from evalpkg.pipeline.run import run_evaluation
from evalpkg.store.layout import RunLayout
from evalpkg.verify import verify_run

WHOLE: dict[str, Any] = {
    "backend": "replay",
    "replay_base": "stub",
    "replay_finetuned": "canonical",
    "limit": 4,
    "num_samples": 3,
    "k_values": "1,2",
    "noninteractive": True,
}
STEPS: tuple[dict[str, Any], ...] = (
    {"limit": 2, "num_samples": 2, "k_values": "1", "no_policy_only": True},
    {"limit": 2, "num_samples": 3, "k_values": "1", "no_policy_only": True},
    {"limit": 4, "num_samples": 3, "k_values": "1", "no_policy_only": True},
    {},
)


def test_a_run_grown_by_samples_tasks_k_and_modes_is_the_one_made_at_once(tmp_path: Path) -> None:
    for step in STEPS:
        run_evaluation(load_config({**WHOLE, **step, "output_dir": tmp_path / "grown"}))
    run_evaluation(load_config({**WHOLE, "output_dir": tmp_path / "whole"}))
    grown, whole = RunLayout(tmp_path / "grown"), RunLayout(tmp_path / "whole")
    paths = sorted(
        path.relative_to(whole.root)
        for mode in Mode
        for path in (whole.root / mode.value).iterdir()
        if path.suffix in (".jsonl", ".json")
    )
    assert len(paths) == 6
    for path in [*paths, Path("tasks.jsonl"), Path("config.json")]:
        assert (grown.root / path).read_bytes() == (whole.root / path).read_bytes(), path
    told = grown.metadata.read_text(encoding="utf-8")
    assert '"earlier"' in told
    assert verify_run(grown.root).ok


def test_auto_stops_when_drawing_more_would_not_help(tmp_path: Path) -> None:
    said: list[str] = []
    config = load_config(
        {**WHOLE, "num_samples": "auto", "max_samples": "20", "output_dir": tmp_path}
    )
    outcome = run_in_rounds(config, said.append)
    assert outcome.coverage.complete
    assert said[-1].startswith("stopped at 10 samples per task: all samples of a task")


def test_auto_refuses_a_run_without_a_difference(tmp_path: Path) -> None:
    from evalpkg.errors import ConfigError

    config = load_config(
        {**WHOLE, "num_samples": "auto", "skip_base": True, "output_dir": tmp_path}
    )
    with pytest.raises(ConfigError, match="pass@1"):
        run_in_rounds(config, print)

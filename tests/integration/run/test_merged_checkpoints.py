"""Shards that hold several checkpoints merge into a result for each, and a comparison."""

import shutil
from pathlib import Path

import pytest

from evalpkg.config import load_config
from evalpkg.pipeline.run import run_evaluation
from tests.integration.run.command import evalpkg

CHECKPOINTS = {"step-20": "canonical", "step-100": "stub"}


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two shards, each with the folders that a run of two checkpoints leaves."""
    root = tmp_path_factory.mktemp("parts")
    for index in range(2):
        for name, answers in CHECKPOINTS.items():
            evaluate(root / str(index) / name, answers, f"{index}/2")
    return [root / "0", root / "1"]


def evaluate(folder: Path, answers: str, shard: str | None) -> None:
    settings = {
        "backend": "replay",
        "replay_base": "stub",
        "replay_finetuned": answers,
        "num_samples": 1,
        "k_values": "1",
        "limit": 8,
        "shard": shard,
        "output_dir": folder,
    }
    run_evaluation(load_config(settings))


def test_each_checkpoint_is_merged_as_if_it_ran_alone(parts: list[Path], tmp_path: Path) -> None:
    found = evalpkg("merge", *map(str, parts), "--output-dir", str(tmp_path / "merged"))
    assert found.returncode == 0, found.stderr
    evaluate(tmp_path / "alone", "canonical", None)
    rows = "no-policy/finetuned_model_samples.jsonl"
    merged = tmp_path / "merged"
    assert (merged / "step-20" / rows).read_bytes() == (tmp_path / "alone" / rows).read_bytes()
    for command in ("verify", "status"):
        told = evalpkg(command, merged)
        assert (told.returncode, told.stdout) == (2, "")
        assert (
            f"2 checkpoints: step-20, step-100\n  Name one of them: {merged}/step-20" in told.stderr
        )
    text = (merged / "comparison.md").read_text()
    assert text.index("step-20") < text.index("step-100")


def test_a_shard_that_lacks_a_checkpoint_is_named_and_nothing_is_compared(
    parts: list[Path], tmp_path: Path
) -> None:
    half = tmp_path / "half"
    shutil.copytree(parts[1] / "step-20", half / "step-20")
    found = evalpkg("merge", str(parts[0]), str(half), "--output-dir", str(tmp_path / "merged"))
    assert found.returncode == 6
    assert "shard 1/2: " in found.stderr
    assert (tmp_path / "merged" / "step-20" / "manifest.json").exists()
    assert not (tmp_path / "merged" / "comparison.html").exists()


def test_checkpoints_are_not_merged_into_a_folder_of_something_else(
    parts: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "comparison.html").write_text("of an earlier merge")
    (tmp_path / "thesis.tex").write_text("x")
    found = evalpkg("merge", *map(str, parts), "--output-dir", str(tmp_path))
    assert found.returncode == 2
    assert "holds files of something else, and no run: thesis.tex" in found.stderr
    assert "--output-dir" in found.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"comparison.html", "thesis.tex"}
    single = [str(part / "step-20") for part in parts]
    assert evalpkg("merge", *single, "--output-dir", str(tmp_path)).returncode == 2
    assert {path.name for path in tmp_path.iterdir()} == {"comparison.html", "thesis.tex"}

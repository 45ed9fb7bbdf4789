"""Base samples of another run are taken where all that decides them agrees, and refused by name."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from evalpkg.cli import generate as generate_command
from evalpkg.config import load_config
from evalpkg.errors import ConfigError
from evalpkg.generation.provenance import Generated
from evalpkg.models import Task
from evalpkg.pipeline.checkpoints import folder_names, run_checkpoints
from evalpkg.pipeline.reuse import BaseSamples, differing_base
from evalpkg.pipeline.run import RunOutcome, generate_only
from evalpkg.store.layout import RunLayout
from evalpkg.store.mode_files import Coverage
from evalpkg.store.sample_log import SampleLog
from evalpkg.tasks import load_tasks

SAMPLES = 3


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Three samples of each of two tasks."""
    path = tmp_path / "base.jsonl"
    tasks = load_tasks(limit=2).tasks
    rows = [{"task_id": t.task_id, "completion": f"{i}"} for t in tasks for i in range(SAMPLES)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def generate(file: Path, folder: Path, **more: object) -> RunLayout:
    settings = {
        "backend": "replay",
        "replay_base": str(file),
        "replay_finetuned": "stub",
        "num_samples": SAMPLES,
        "k_values": "1",
        "limit": 2,
        "output_dir": folder,
        **more,
    }
    return generate_only(load_config(settings)).layout


def test_base_samples_are_taken_and_the_rest_is_generated(tmp_path: Path, file: Path) -> None:
    first = generate(file, tmp_path / "first", num_samples=2)
    second = generate(file, tmp_path / "second", reuse_base=first.root)
    alone = generate(file, tmp_path / "alone")
    found, wanted = (SampleLog(one.samples_log).by_key() for one in (second, alone))
    assert found == wanted
    facts = json.loads(second.facts.read_text())
    assert facts["reused"] == [
        "4 samples of the base model are those of another run (not finished then)."
    ]


def test_another_file_is_refused_and_nothing_is_taken(tmp_path: Path, file: Path) -> None:
    first = generate(file, tmp_path / "first")
    file.write_text(file.read_text() + "\n")
    with pytest.raises(ConfigError, match=r"weights\.base\.jsonl: "):
        generate(file, tmp_path / "second", reuse_base=first.root)
    assert not SampleLog(RunLayout(tmp_path / "second").samples_log).by_key()


def test_a_changed_prompt_is_named(tmp_path: Path, file: Path) -> None:
    first = generate(file, tmp_path / "first")
    same = load_tasks(limit=2).tasks
    generation = Generated.from_json(json.loads(first.facts.read_text())["generation"][0])
    BaseSamples(first.root).require_same(generation, same)
    changed = Task(same[0].task_id, "fn other() {", "other", "")
    with pytest.raises(ConfigError, match=f"prompts of 1 tasks: {changed.task_id}"):
        BaseSamples(first.root).require_same(generation, [changed])


def test_what_decides_a_sample_is_compared_and_what_rounds_it_is_not() -> None:
    ours = {
        "backend": "transformers",
        "models": {"base": {"name": "a", "weights": {"w": "12"}}, "finetuned": {"name": "x"}},
        "sampling": {"temperature": 0.2, "seed": 1},
        "dtype": "bfloat16",
        "device": "cpu",
        "libraries": {"torch": "2.4"},
    }
    other = {
        **ours,
        "models": {"base": {"name": "b", "weights": {"w": "12"}}},
        "device": "H100",
        "libraries": {"torch": "2.7"},
    }
    assert differing_base(other, ours) == []
    assert differing_base({**ours, "dtype": "float16"}, ours) == ['dtype: "float16" -> "bfloat16"']
    seed = {**ours, "sampling": {"temperature": 0.2, "seed": 2}}
    assert differing_base(seed, ours) == ["sampling.seed: 2 -> 1"]
    unknown = {**ours, "models": {"base": {"name": "a", "weights": {}}}}
    assert differing_base(unknown, ours) == ["the base model's weights: no digest of them is known"]


def test_several_checkpoints_share_the_first_ones_base(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = load_config({"output_dir": tmp_path})
    ran, compared = [], []
    monkeypatch.setattr(
        "evalpkg.reporting.compare_runs", lambda roots, target: compared.append((roots, target))
    )

    def run(one):
        ran.append((one.checkpoint_path, one.output_dir.name, one.reuse_base))
        return RunOutcome(RunLayout(one.output_dir), 0, 0, Coverage((), (), ()))

    run_checkpoints(config, ["t/checkpoint-1", "t/checkpoint-2"], run, lambda _: None)
    first = tmp_path / "checkpoint-1"
    assert ran == [
        ("t/checkpoint-1", "checkpoint-1", None),
        ("t/checkpoint-2", "checkpoint-2", first),
    ]
    assert compared == [([first, tmp_path / "checkpoint-2"], tmp_path)]


def test_samples_are_generated_for_every_checkpoint_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = []

    def generate(one):
        ran.append((one.checkpoint_path, one.output_dir.name))
        return RunOutcome(RunLayout(one.output_dir), 4, 0, Coverage((), (), ()))

    monkeypatch.setattr("evalpkg.pipeline.run.generate_only", generate)
    named = ["--checkpoint-path", "t/one", "--checkpoint-path", "t/two"]
    done = CliRunner().invoke(
        generate_command.command, [*named, "--output-dir", str(tmp_path)], standalone_mode=False
    )
    assert done.exit_code == 0, done.output
    assert ran == [("t/one", "one"), ("t/two", "two")]
    assert done.output.count("4 samples generated") == 2


def test_a_checkpoint_named_twice_is_refused() -> None:
    with pytest.raises(ConfigError, match="are the same"):
        folder_names(["a/x", "a/x/"])
    assert folder_names(["a/x", "../b/x"]) == ["a-x", "b-x"]

"""A run killed at any moment and started again ends with the bytes of one that was not."""

import json
import random
import signal
import time
from pathlib import Path

import pytest

from evalpkg.errors import ExitCode
from tests.integration.run.command import Victim, evalpkg, read_lines, results, succeed

KILLS = 10


def options(samples: Path, count: int, folder: Path) -> list[str | Path]:
    return [
        *("run", "--backend", "replay", "--replay-base", samples, "--skip-finetuned"),
        *("--limit", "8", "--num-samples", str(count), "--k-values", "1,10", "--no-cache"),
        *("--timeout", "2"),
        *("--output-dir", folder),
    ]


def phase(folder: Path) -> str:
    """Read the phase that the run reports."""
    try:
        return str(json.loads((folder / "progress.json").read_text())["phase"])
    except (OSError, ValueError):
        return ""


def size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def keys(path: Path) -> list[tuple[object, ...]]:
    return [(row.get("role"), row["task_id"], row["index"]) for row in read_lines(path)]


@pytest.fixture(scope="module")
def many_samples(tmp_path_factory: pytest.TempPathFactory, distinct_samples: Path) -> Path:
    """Two thousand samples a task, so that writing them takes long enough to be interrupted."""
    path = tmp_path_factory.mktemp("many") / "many.jsonl"
    rows = read_lines(distinct_samples)
    with path.open("w") as out:
        for task_id in dict.fromkeys(row["task_id"] for row in rows):
            own = [row for row in rows if row["task_id"] == task_id]
            for index in range(2000):
                out.write(json.dumps({**own[index % 40], "index": index}) + "\n")
    return path


def test_killed_in_generation(tmp_path: Path, many_samples: Path) -> None:
    seed = random.randrange(2**32)
    random_moments = random.Random(seed)
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    arguments = options(many_samples, 2000, broken)
    arguments[0] = "generate"
    succeed(*arguments[:-1], whole)
    full = size(whole / "work/samples.jsonl")
    log = broken / "work/samples.jsonl"
    hit = 0
    for moment in sorted(random_moments.sample(range(1, full), KILLS)):
        status = Victim(*arguments).kill_when(lambda at=moment: size(log) >= at)
        hit += status == -signal.SIGKILL
        assert len(keys_of_whole_lines(log)) == len(set(keys_of_whole_lines(log))), f"seed {seed}"
    succeed(*arguments)
    assert hit >= KILLS // 2, f"only {hit} of {KILLS} kills came in time (seed {seed})"
    found = keys(log)
    assert sorted(found) == sorted(keys(whole / "work/samples.jsonl")), f"seed {seed}"
    assert len(found) == 16_000


def keys_of_whole_lines(log: Path) -> list[tuple[object, ...]]:
    """Keys of the log's complete lines; a torn last line does not count."""
    lines = log.read_bytes().split(b"\n")[:-1]
    rows = [json.loads(line) for line in lines]
    return [(row["role"], row["task_id"], row["index"]) for row in rows]


def test_killed_in_scoring(tmp_path: Path, distinct_samples: Path) -> None:
    seed = random.randrange(2**32)
    random_moments = random.Random(seed)
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    succeed(*options(distinct_samples, 40, whole))
    arguments = options(distinct_samples, 40, broken)
    hit = 0
    for _ in range(KILLS):
        wait = random_moments.uniform(0.0, 0.8)
        begun: list[float] = []

        def ready(wait: float = wait, begun: list[float] = begun) -> bool:
            if not begun and phase(broken) == "scoring":
                begun.append(time.monotonic())
            return bool(begun) and time.monotonic() - begun[0] >= wait

        (broken / "progress.json").unlink(missing_ok=True)
        hit += Victim(*arguments).kill_when(ready) == -signal.SIGKILL
    succeed(*arguments)
    assert hit == KILLS, f"only {hit} of {KILLS} kills came in time (seed {seed})"
    assert results(broken) == results(whole), f"seed {seed}"
    verdicts = keys(broken / "work/verdicts.jsonl")
    assert len(verdicts) == len(set(verdicts)) == 320, f"seed {seed}"
    succeed("verify", broken)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_polite_stop_keeps_what_was_done_and_says_so(
    tmp_path: Path, distinct_samples: Path, number: signal.Signals
) -> None:
    arguments = options(distinct_samples, 40, tmp_path)
    status = Victim(*arguments).kill_when(lambda: phase(tmp_path) == "scoring", number)
    assert status == ExitCode.INTERRUPTED
    assert json.loads((tmp_path / "progress.json").read_text())["state"] == "interrupted"


def test_two_runs_in_one_directory_are_refused(tmp_path: Path, distinct_samples: Path) -> None:
    arguments = options(distinct_samples, 40, tmp_path)
    second = []

    def try_second() -> bool:
        if phase(tmp_path) == "scoring":
            second.append(evalpkg(*arguments))
        return bool(second)

    Victim(*arguments).kill_when(try_second)
    assert second[0].returncode == ExitCode.ENVIRONMENT
    assert "is being written by another process" in second[0].stderr


def test_what_a_killed_shard_has_is_merged_and_what_it_lacks_is_named(
    tmp_path: Path, distinct_samples: Path
) -> None:
    parts = [tmp_path / "part0", tmp_path / "part1"]
    commands = [
        [*options(distinct_samples, 40, part), "--shard", f"{number}/2"]
        for number, part in enumerate(parts)
    ]
    log = parts[0] / "work/verdicts.jsonl"
    status = Victim(*commands[0]).kill_when(lambda: size(log) > 0)
    assert status == -signal.SIGKILL
    judged = len(log.read_bytes().split(b"\n")) - 1
    assert not json.loads((parts[0] / "eval_metadata.json").read_text())["finished_at"]
    succeed(*commands[1])
    there = len(keys(parts[1] / "work/verdicts.jsonl"))
    merged = tmp_path / "merged"
    partial = evalpkg("merge", *parts, "--output-dir", merged)
    assert partial.returncode == ExitCode.INCOMPLETE, partial.stderr
    assert f"shard 0/2: {320 - there - judged} samples without a verdict" in partial.stderr
    assert len(read_lines(merged / "no-policy/base_model_samples.jsonl")) == there + judged
    succeed(*commands[0])
    assert json.loads((parts[0] / "eval_metadata.json").read_text())["finished_at"]
    succeed("merge", *parts, "--output-dir", merged)
    succeed("verify", merged)
    whole = tmp_path / "whole"
    succeed(*options(distinct_samples, 40, whole))
    assert results(merged) == results(whole)


def test_a_shard_killed_in_generation_can_be_merged(tmp_path: Path, many_samples: Path) -> None:
    part = tmp_path / "part"
    log = part / "work/samples.jsonl"
    arguments = [*options(many_samples, 2000, part), "--shard", "0/2"]
    assert Victim(*arguments).kill_when(lambda: size(log) > 0) == -signal.SIGKILL
    partial = evalpkg("merge", part, "--output-dir", tmp_path / "merged")
    assert partial.returncode == ExitCode.INCOMPLETE, partial.stderr
    assert "shard 0/2" in partial.stderr
    assert "shard 1/2" in partial.stderr


def test_a_run_killed_between_its_last_verdict_and_its_end_is_ended(
    tmp_path: Path, distinct_samples: Path
) -> None:
    arguments = [*options(distinct_samples, 2, tmp_path), "--shard", "0/2"]
    succeed(*arguments)
    file = tmp_path / "eval_metadata.json"
    about = json.loads(file.read_text())
    file.write_text(json.dumps({**about, "finished_at": ""}))
    assert "generated 0 and judged 0" in succeed(*arguments)
    assert json.loads(file.read_text())["finished_at"]


def test_a_run_whose_folder_is_moved_stops_and_goes_on_in_the_new_place(
    tmp_path: Path, distinct_samples: Path
) -> None:
    run, moved, whole = tmp_path / "run", tmp_path / "moved", tmp_path / "whole"

    def move() -> bool:
        if not moved.exists() and size(run / "work/samples.jsonl"):
            run.rename(moved)
        return False

    assert Victim(*options(distinct_samples, 40, run)).kill_when(move) == ExitCode.ENVIRONMENT
    assert not list(run.rglob("*.jsonl"))
    succeed(*options(distinct_samples, 40, moved))
    succeed(*options(distinct_samples, 40, whole))
    assert results(moved) == results(whole)

"""Samples are judged while others are being generated, and a kill at any moment costs nothing."""

import json
import random
import signal
import time
from pathlib import Path

import pytest

from evalpkg.models import Task
from tests.integration.generation.openai_stand_in import StandIn, completion
from tests.integration.run.command import Victim, read_lines, results, succeed

KILLS = 2
TASKS, SAMPLES = 4, 60


@pytest.fixture
def server(tasks: list[Task], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> StandIn:
    """Takes 25 ms for an answer, which follows from the request alone: every third is wrong.

    It holds the last answers of a run back until the run has a verdict: on a busy machine, judging
    can be slower than this server.
    """
    monkeypatch.setenv("OPENAI_API_KEY", "not-checked")

    def answer(body: dict) -> tuple[int, dict]:
        time.sleep(0.025)
        until = time.monotonic() + 120
        while any(map(lacks_verdicts, tmp_path.glob("**/work"))) and time.monotonic() < until:
            time.sleep(0.05)
        asked = json.dumps(body["messages"])
        task = next(t for t in tasks[:TASKS] if json.dumps(t.prompt.strip())[1:-1] in asked)
        text = "    todo!()\n}\n" if body["seed"] % 3 == 0 else task.canonical_solution
        status, reply = completion(body, 1)
        reply["choices"][0]["message"]["content"] = f"    // {body['seed']}\n{text}"
        return status, reply

    return StandIn(answer)


def options(server: StandIn, folder: Path) -> list[str | Path]:
    return [
        *("run", "--backend", "openai", "--openai-base-url", server.url, "--skip-finetuned"),
        *("--openai-base-model", "m", "--limit", str(TASKS), "--num-samples", str(SAMPLES)),
        *("--k-values", "1", "--no-cache", "--noninteractive", "--openai-concurrency", "4"),
        *("--output-dir", folder),
    ]


def lines(path: Path) -> int:
    return path.read_bytes().count(b"\n") if path.exists() else 0


def lacks_verdicts(work: Path) -> bool:
    """Tell whether a run has most of its samples, and no verdict."""
    most = TASKS * SAMPLES - 40
    return lines(work / "samples.jsonl") >= most and not lines(work / "verdicts.jsonl")


def test_a_run_killed_while_it_generates_and_judges_ends_as_if_it_had_not_been(
    tmp_path: Path, server: StandIn
) -> None:
    seed = random.randrange(2**32)
    moments = random.Random(seed)
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    total = TASKS * SAMPLES
    with server:
        succeed(*options(server, whole))
        samples, verdicts = broken / "work/samples.jsonl", broken / "work/verdicts.jsonl"

        def done() -> int:
            return lines(samples) + lines(verdicts)

        both = Victim(*options(server, broken))
        ended = both.kill_when(lambda: lines(verdicts) and lines(samples) < total)
        assert ended == -signal.SIGKILL
        for _ in range(KILLS):
            at = done() + moments.randrange(1, 60)
            victim = Victim(*options(server, broken))
            ended = victim.kill_when(lambda at=at: done() >= at)
            assert ended == -signal.SIGKILL, f"seed {seed}"
        succeed(*options(server, broken))
    assert results(broken) == results(whole), f"seed {seed}"
    for log in (samples, verdicts):
        keys = [(row["task_id"], row["index"]) for row in read_lines(log)]
        assert len(keys) == len(set(keys)) == total, f"seed {seed}"
    succeed("verify", broken)


def test_the_first_verdicts_are_told_before_the_last_sample_is_there(
    tmp_path: Path, server: StandIn
) -> None:
    log = tmp_path / "work/samples.jsonl"
    seen: list[dict] = []

    def judged_already() -> bool:
        try:
            now = json.loads((tmp_path / "progress.json").read_text())
        except (OSError, ValueError):
            return False
        if now["phase"] == "generating, base model" and now["verdicts"]:
            seen.append(now)
        return bool(seen)

    with server:
        Victim(*options(server, tmp_path)).kill_when(judged_already)
    assert seen
    assert lines(log) < TASKS * SAMPLES

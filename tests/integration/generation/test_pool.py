"""A pool of workers on a real Ray cluster of this machine makes the samples of one process."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.run.command import COMMAND, Victim, environment, evalpkg, succeed
from tests.processes import descendants, still_there

pytest.importorskip("ray", reason="the extra 'cluster' is not installed")

REPLAY = (
    *("--backend", "replay", "--replay-base", "canonical", "--replay-finetuned", "stub"),
    *("--limit", "6", "--num-samples", "8", "--k-values", "1", "--noninteractive"),
)
EMBEDDED = (
    *("--base-model", "embedded", "--checkpoint-path", "embedded", "--skip-finetuned"),
    *("--limit", "3", "--num-samples", "6", "--max-new-tokens", "24", "--temperature", "0.8"),
    *("--batch-size", "2", "--k-values", "1", "--noninteractive"),
)
POOL = ("--cluster", "local", "--cpus-per-worker", "1")


def samples(directory: Path) -> list[str]:
    """The sample log's lines, sorted: the order depends on who was faster."""
    return sorted((directory / "work" / "samples.jsonl").read_text("utf-8").splitlines())


def test_two_workers_make_the_samples_of_one_process_and_the_metadata_lists_them(
    tmp_path: Path,
) -> None:
    succeed("generate", *REPLAY, "--output-dir", tmp_path / "one")
    succeed("run", *REPLAY, *POOL, "--n-workers", "1", "--output-dir", tmp_path / "two")
    assert samples(tmp_path / "two") == samples(tmp_path / "one")
    metadata = json.loads((tmp_path / "two" / "eval_metadata.json").read_text("utf-8"))
    workers = metadata["generation"]["speed"]["workers"]
    assert sum(worker["samples"] for worker in workers) == 96
    assert all(worker["python"] and worker["host"] for worker in workers)


@pytest.mark.model
def test_a_worker_killed_amid_its_part_costs_no_sample(tmp_path: Path) -> None:
    succeed("generate", *EMBEDDED, "--output-dir", tmp_path / "one")
    with subprocess.Popen(
        [*COMMAND, "generate", *EMBEDDED, *POOL, "--output-dir", str(tmp_path / "two")],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment(),
    ) as process:
        assert process.stdout is not None
        said = []
        killed = False
        for line in process.stdout:
            said.append(line)
            found = re.search(r"is ready on .*, process (\d+)", line)
            if found and not killed:
                os.kill(int(found[1]), signal.SIGKILL)
                killed = True
    assert process.returncode == 0, "".join(said)
    assert any("is gone" in line for line in said)
    assert samples(tmp_path / "two") == samples(tmp_path / "one")


@pytest.mark.model
def test_a_killed_driver_loses_no_sample_and_leaves_no_process(tmp_path: Path) -> None:
    succeed("generate", *EMBEDDED, "--output-dir", tmp_path / "one")
    log = tmp_path / "two" / "work" / "samples.jsonl"
    below: list[int] = []

    def some_are_made() -> bool:
        if not log.exists() or not log.read_bytes().count(b"\n"):
            return False
        below.extend(descendants(victim.pid))
        return True

    victim = Victim("generate", *EMBEDDED, *POOL, "--output-dir", tmp_path / "two")
    assert victim.kill_when(some_are_made) == -signal.SIGKILL
    assert below
    assert not still_there(below)
    kept = samples(tmp_path / "two")
    succeed("generate", *EMBEDDED, *POOL, "--output-dir", tmp_path / "two")
    assert samples(tmp_path / "two") == samples(tmp_path / "one")
    assert set(kept) <= set(samples(tmp_path / "two"))


def test_one_process_may_start_a_pool_after_another() -> None:
    code = """
from evalpkg.generation import GenerationSettings
from evalpkg.generation.pool import cluster
for _ in range(2):
    ray = cluster.connect(GenerationSettings(cluster="local", cpus_per_worker=1))
    print(ray.get(ray.remote(lambda: "answered").remote()))
    ray.shutdown()
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    assert done.stdout.split() == ["answered"] * 2, done.stderr


def test_a_client_without_the_token_gets_nothing(tmp_path: Path) -> None:
    code = """
import subprocess, sys, os, psutil
from evalpkg.generation import GenerationSettings
from evalpkg.generation.pool import cluster
ray = cluster.connect(GenerationSettings(cluster="local", cpus_per_worker=1))
address = ray.get_runtime_context().gcs_address
assert address.startswith("127.0.0.1:"), address
for process in psutil.Process().children(recursive=True):
    for socket in process.net_connections("inet"):
        if socket.status == psutil.CONN_LISTEN:
            ip = socket.laddr.ip.removeprefix("::ffff:")
            assert ip in ("127.0.0.1", "::1"), (process.name(), socket.laddr)
client = "import ray, sys; ray.init(address=sys.argv[1]); print('in')"
for token in ({}, {"RAY_AUTH_TOKEN": "0" * 64}):
    env = {k: v for k, v in os.environ.items() if not k.startswith("RAY_")} | token
    env |= {"HOME": sys.argv[1], "RAY_AUTH_MODE": "token" if token else "disabled"}
    client_process = subprocess.Popen([sys.executable, "-c", client, address], env=env,
                                      stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:  # some clients ask again and again; what counts is that none gets in
        said, _ = client_process.communicate(timeout=45)
        assert client_process.returncode != 0, said
    except subprocess.TimeoutExpired:
        client_process.kill()
        said, _ = client_process.communicate()
    assert "in" not in said.split(), said
ray.shutdown()
print("refused")
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    assert done.stdout.strip().endswith("refused"), done.stdout + done.stderr


@pytest.mark.parametrize(
    ("options", "cause"),
    [
        (("--cluster", "local"), "the cluster has no GPU"),
        (("--cluster", "local", "--cpus-per-worker", "999"), "a worker needs 999 CPUs"),
        (("--cluster", "127.0.0.1:9", "--cpus-per-worker", "1"), "asks for a token"),
    ],
)
def test_a_pool_that_cannot_be_is_told_with_its_cure(
    tmp_path: Path, options: tuple[str, ...], cause: str
) -> None:
    done = evalpkg("generate", *REPLAY, *options, "--output-dir", tmp_path)
    assert done.returncode in (2, 3)
    assert cause in done.stderr
    assert "Traceback" not in done.stderr


def test_without_ray_the_extra_is_named(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import importlib.util as u\n_find = u.find_spec\n"
        "u.find_spec = lambda name, *a: None if name == 'ray' else _find(name, *a)\n"
    )
    done = evalpkg(
        *("generate", *REPLAY, *POOL, "--output-dir", tmp_path / "out"),
        variables={"PYTHONPATH": f"{tmp_path}{os.pathsep}{environment()['PYTHONPATH']}"},
    )
    assert done.returncode == 3
    assert "evalpkg[cluster]" in done.stderr

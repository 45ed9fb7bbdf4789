"""The real vLLM, in an environment of its own that EVALPKG_VLLM_PYTHON names."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from pathlib import Path

import pytest

from tests.integration.run.command import COMMAND, environment, succeed

PYTHON = os.environ.get("EVALPKG_VLLM_PYTHON", "")

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(not PYTHON, reason="EVALPKG_VLLM_PYTHON names no Python that has vLLM"),
]
JOB = (
    *("--base-model", "embedded", "--checkpoint-path", "embedded", "--dtype", "float32"),
    *("--limit", "2", "--num-samples", "4", "--max-new-tokens", "16", "--temperature", "0.8"),
    *("--k-values", "1", "--noninteractive"),
)


def samples(directory: Path) -> list[dict[str, object]]:
    lines = (directory / "work" / "samples.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    return sorted(rows, key=lambda row: (row["role"], row["task_id"], row["index"]))


def kill_vllm_at_its_first_samples(log: Path, driver: int) -> None:
    """kill -9 of vLLM's process when the first samples are written."""
    for _ in range(3000):
        if log.exists() and log.read_bytes().count(b"\n"):
            break
        time.sleep(0.1)
    children = Path(f"/proc/{driver}/task/{driver}/children").read_text().split()
    for child in children:
        if b"evalpkg.generation.vllm.serve" in Path(f"/proc/{child}/cmdline").read_bytes():
            os.kill(int(child), signal.SIGKILL)


def test_samples_are_those_of_our_own_loop_though_vllm_is_killed(tmp_path: Path) -> None:
    succeed("generate", *JOB, "--output-dir", tmp_path / "own")
    command = [
        *COMMAND,
        *("run", *JOB, "--backend", "vllm", "--vllm-python", PYTHON, "--batch-size", "3"),
        *("--output-dir", str(tmp_path / "vllm")),
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment()
    ) as process:
        killer = threading.Thread(
            target=kill_vllm_at_its_first_samples,
            args=(tmp_path / "vllm" / "work" / "samples.jsonl", process.pid),
        )
        killer.start()
        said = process.communicate()[0]
        killer.join()
    assert process.returncode == 0, said
    assert "vLLM died and is started again" in said
    assert samples(tmp_path / "vllm") == samples(tmp_path / "own")
    metadata = json.loads((tmp_path / "vllm" / "eval_metadata.json").read_text("utf-8"))
    tried = metadata["generation"]["self_test"]
    for role in ("base", "finetuned"):
        assert tried[role] == {"samples": 6, "large": 6, "small": 6, "between": 6}
    assert metadata["generation"]["speed"]["restarts"] == 1
    assert (tmp_path / "vllm" / "report.html").exists()

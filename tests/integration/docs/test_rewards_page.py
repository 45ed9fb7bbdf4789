"""The examples of docs/rewards.md run as they are written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/rewards.md").read_text(encoding="utf-8")
FIRST, TRAINING = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def run(code: str, folder: Path) -> str:
    """Run the code in a separate process, and return its output."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


def test_the_judge_s_example_runs(tmp_path: Path) -> None:
    assert run(FIRST, tmp_path).startswith("['")


@pytest.mark.model
def test_the_training_example_runs(tmp_path: Path) -> None:
    pytest.importorskip("trl", reason="the extra 'grpo' is not installed")
    said = run(TRAINING, tmp_path)
    # The trainer prints lines of its own, too.
    assert len(re.findall(r"^\{'loss': [^,]+, 'reward': [^,]+\}$", said, re.MULTILINE)) == 2

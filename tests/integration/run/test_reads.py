"""A run reads its own files a few times at most: rows and logs can be large."""

from __future__ import annotations

import os
import sys
from collections import Counter
from pathlib import Path

from evalpkg.config import EvalConfig
from evalpkg.pipeline.run import run_evaluation

LIMITS = {
    "first": {
        "work/samples.jsonl": 0,
        "work/verdicts.jsonl": 0,
        "no-policy/base_model_samples.jsonl": 2,
        "no-policy/finetuned_model_samples.jsonl": 2,
        "policy/base_model_samples.jsonl": 3,
        "policy/finetuned_model_samples.jsonl": 3,
        "eval_metadata.json": 1,
        "tasks.jsonl": 1,
    },
    "again": {
        "work/samples.jsonl": 1,
        "work/verdicts.jsonl": 1,
        "no-policy/base_model_samples.jsonl": 2,
        "no-policy/finetuned_model_samples.jsonl": 2,
        "policy/base_model_samples.jsonl": 3,
        "policy/finetuned_model_samples.jsonl": 3,
        "eval_metadata.json": 2,
        "tasks.jsonl": 2,
    },
}
"""The largest number of times that each file may be opened for reading, by session."""


class Reads:
    """Counts the files below a folder that this process opens for reading."""

    def __init__(self, root: Path) -> None:
        self._root = str(root)
        self._active = False
        self.counts: Counter[str] = Counter()
        sys.addaudithook(self._see)  # cannot be taken back

    def _see(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self._active or event != "open":
            return
        path, _, flags = arguments
        reads = isinstance(flags, int) and not flags & (os.O_WRONLY | os.O_RDWR)
        if not reads or not isinstance(path, str | Path) or not str(path).startswith(self._root):
            return
        if Path(path).exists():  # an attempt to open a file that is not there reads nothing
            self.counts[os.path.relpath(path, self._root)] += 1

    def __enter__(self) -> Reads:
        self.counts.clear()
        self._active = True
        return self

    def __exit__(self, *_: object) -> None:
        self._active = False


def test_no_session_reads_a_file_of_the_run_more_often_than_this(tmp_path: Path) -> None:
    root = tmp_path / "run"
    config = EvalConfig(
        backend="replay",
        replay_base="stub",
        replay_finetuned="canonical",
        limit=2,
        num_samples=2,
        k_values=(1,),
        output_dir=root,
        noninteractive=True,
    )
    reads = Reads(root)
    for session, limits in LIMITS.items():
        with reads:
            run_evaluation(config)
        found = {name: reads.counts[name] for name in limits}
        assert all(found[name] <= most for name, most in limits.items()), (session, found)
        assert all((root / name).is_file() for name in limits), "a file is named wrongly"

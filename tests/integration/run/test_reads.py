"""A run reads each of its own files once: rows and logs can be large."""

from __future__ import annotations

import os
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

from evalpkg.config import EvalConfig
from evalpkg.models import Mode, Role, SeenPrompt
from evalpkg.pipeline.run import run_evaluation
from evalpkg.store import PromptKeeper, RunLayout, read_tasks

ROWS = [f"{mode}/{role}_model_samples.jsonl" for mode in Mode for role in Role]
LOGS = ["work/samples.jsonl", "work/verdicts.jsonl"]

# Rows are hashed while they are written. What a session appends to a log, it also keeps.
FIRST = dict.fromkeys([*ROWS, *LOGS], 0)

# A resumed session reads these three before it begins, to know the run that it goes on with. The
# seal reads them again hours later, because the manifest is about the files as they are then.
AGAIN = {**dict.fromkeys(ROWS, 0), "eval_metadata.json": 2, "tasks.jsonl": 2, "config.json": 2}

LIMITS = {"first": FIRST, "again": AGAIN}
"""The largest number of times that a file may be opened for reading, by session; 1 for others: a
log is read at the start of a session, and any other file by the seal, which hashes it."""


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


def keep_a_prompt(root: Path) -> None:
    """Log a prompt as a backend does that knows what its model saw; ``replay`` does not."""
    layout = RunLayout(root)
    tasks = read_tasks(layout.tasks)
    with closing(PromptKeeper(layout, tasks)) as keeper:
        keeper.keep([SeenPrompt(Role.BASE, tasks[0].task_id, "00" * 32, "message", "text")])


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
        assert all((root / name).is_file() for name in [*limits, *LOGS]), "a name is wrong"
        over = {name: n for name, n in reads.counts.items() if n > limits.get(name, 1)}
        assert not over, session
        keep_a_prompt(root)
    assert reads.counts["prompts.jsonl"] == reads.counts["work/prompts.jsonl"] == 1
    assert [reads.counts[name] for name in LOGS] == [1, 1], "reads are not seen"

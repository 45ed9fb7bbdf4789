"""Run the real program in a process of its own, as a user would."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

COMMAND = (sys.executable, "-m", "evalpkg")
ROOT = Path(__file__).parents[3]
UNSET = (
    *("BASE_MODEL", "CHECKPOINT_PATH", "NUM_SAMPLES", "K_VALUES", "OUTPUT_DIR", "SANDBOX_MODE"),
    *("SEED", "SKIP_ENV_CHECK", "NONINTERACTIVE"),
)
"""Variables of the user who runs the tests; they must not affect the tests."""


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment without the settings in it."""
    kept = {name: value for name, value in os.environ.items() if name not in UNSET}
    paths = [str(ROOT), *filter(None, [kept.get("PYTHONPATH")])]
    return {**kept, "PYTHONPATH": os.pathsep.join(paths), **(extra or {})}


def evalpkg(
    *arguments: str | Path, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=environment(variables),
        check=False,
    )


def succeed(*arguments: str | Path, variables: Mapping[str, str] | None = None) -> str:
    """Run a command that must end with 0; what it printed."""
    done = evalpkg(*arguments, variables=variables)
    assert done.returncode == 0, f"{done.args}\n{done.stdout}\n{done.stderr}"
    return done.stdout


class Victim:
    """A command that will be killed."""

    def __init__(self, *arguments: str | Path) -> None:
        self._process = subprocess.Popen(
            [*COMMAND, *map(str, arguments)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment(),
            preexec_fn=_heed_signals,
        )

    @property
    def pid(self) -> int:
        """The command's process."""
        return self._process.pid

    def kill_when(self, ready: object, number: signal.Signals = signal.SIGKILL) -> int:
        """Send ``number`` as soon as ``ready()`` holds; the exit status.

        A command that ends before is not killed.
        """
        assert callable(ready)
        while self._process.poll() is None:
            if ready():
                self._process.send_signal(number)
                break
            time.sleep(0.001)
        return self._process.wait()


def read_lines(path: Path) -> list[dict[str, object]]:
    """All objects of a JSONL file; only a line feed ends a line."""
    return [json.loads(line) for line in path.read_bytes().split(b"\n") if line]


def results(root: Path) -> dict[str, bytes]:
    """Bytes of every row, metric, task and setting of a run: what does not tell the time."""
    files = [*root.glob("*/*.jsonl"), *root.glob("*/metrics.json")]
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted([*files, root / "tasks.jsonl", root / "config.json"])
        if path.parent.name != "work"
    }


def _heed_signals() -> None:
    """Undo ignored signals, which background jobs of a shell and nohup hand on to children."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)

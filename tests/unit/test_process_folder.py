"""A process's temporary folder is removed when the process ends, however it ends."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

HOLD = """
import sys, pathlib
from evalpkg.process_folder import ProcessFolder
with ProcessFolder(pathlib.Path(sys.argv[1])) as folder:
    (folder.path / "left").write_text("x")
    print(folder.path, flush=True)
    sys.stdin.readline()
"""


def holder(place: Path) -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(place)],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def end(process: subprocess.Popen[str]) -> None:
    process.communicate("\n", timeout=30)


def test_a_process_that_ends_leaves_nothing(tmp_path: Path) -> None:
    process, folder = holder(tmp_path)
    assert (folder / "left").exists()
    end(process)
    assert process.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_removed_and_a_living_one_keeps_its_own(
    tmp_path: Path,
) -> None:
    living, kept = holder(tmp_path)
    killed, left = holder(tmp_path)
    killed.send_signal(signal.SIGKILL)
    killed.communicate(timeout=30)
    assert left.exists()
    other, folder = holder(tmp_path)
    assert not left.exists()
    assert (kept / "left").exists()
    assert (folder / "left").exists()
    end(living)
    end(other)


def test_folders_that_are_not_ours_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "evalpkg-being-made").mkdir()
    (tmp_path / "other" / ".lock").mkdir(parents=True)
    process, _ = holder(tmp_path)
    end(process)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["evalpkg-being-made", "other"]


FORKED = """
import os, sys, pathlib
from evalpkg.process_folder import ProcessFolder
with ProcessFolder(pathlib.Path(sys.argv[1])) as folder:
    child = os.fork()
    if child == 0:
        folder.close()
        os._exit(0)
    os.waitpid(child, 0)
    print(folder.path.exists())
"""
SCRATCH = """
import sys, pathlib
from evalpkg.sandbox import scratch
scratch._place = lambda: pathlib.Path(sys.argv[1])
print(scratch.scratch_root().is_dir())
"""


@pytest.mark.parametrize("program", [FORKED, SCRATCH], ids=["forked child", "scratch"])
def test_a_folder_is_there_until_its_own_process_ends(program: str, tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout == "True\n"
    assert list(tmp_path.iterdir()) == []

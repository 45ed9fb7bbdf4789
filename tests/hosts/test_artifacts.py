from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.hosts.conftest import PROJECT, ansible_program, play

PYTHON = """#!/bin/sh
for argument; do
  case $argument in --wheel-dir=*) folder=${argument#--wheel-dir=} ;; esac
done
if [ -n "$folder" ]; then
  mkdir -p "$folder" && printf half >"$folder/evalpkg-1-py3-none-any.whl"
  [ -e "$0.again" ] || { touch "$0.again"; exec sleep 20; }
  printf whole >"$folder/evalpkg-1-py3-none-any.whl"
fi
"""


def test_half_a_wheel_that_a_kill_left_is_never_taken_for_one(tmp_path: Path) -> None:
    (tmp_path / "python").write_text(PYTHON)
    (tmp_path / "python").chmod(0o755)
    program = ansible_program("ansible-playbook")
    killed = subprocess.Popen(
        [program, "tests/hosts/build_wheel.yml", "-e", f"folder={tmp_path}"],
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until = time.monotonic() + 60
        while not (tmp_path / "python.again").exists():
            if time.monotonic() > until:
                pytest.fail("nothing was built")
            time.sleep(0.1)
    finally:
        os.killpg(killed.pid, signal.SIGKILL)
        killed.wait()
    play("build_wheel.yml", "-e", f"folder={tmp_path}")
    (folder,) = tmp_path.glob("wheels-*")  # nothing unfinished is left
    assert [file.name for file in folder.iterdir()] == ["evalpkg-1-py3-none-any.whl"]

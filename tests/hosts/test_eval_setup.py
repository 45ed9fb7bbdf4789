from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.hosts.conftest import PROJECT

TOOLS = ("bash", "cat", "date", "dirname", "realpath", "tee", "tail", "sed", "awk", "grep", "env")


@pytest.mark.parametrize(
    ("sudo", "said"),
    [("exit 1", "sudo asks for a password here"), ("", "There is no sudo here")],
)
def test_a_user_without_rights_is_told_so_on_the_screen(
    sudo: str, said: str, tmp_path: Path
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in TOOLS:
        (programs / name).symlink_to(shutil.which(name) or name)
    scripts = {"id": '[ "$1" = -un ] && echo someone || echo 1000'} | (
        {"sudo": sudo} if sudo else {}
    )
    for name, text in scripts.items():
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
        (programs / name).chmod(0o755)
    script = shutil.copy(PROJECT / "eval_setup.sh", tmp_path)
    done = subprocess.run(
        [script],
        env={"PATH": str(programs), "HOME": str(tmp_path), "NONINTERACTIVE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert said in done.stderr
    assert said in (tmp_path / "setup.log").read_text()

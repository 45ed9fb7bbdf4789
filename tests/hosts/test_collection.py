from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.hosts.conftest import PROJECT, ansible_program


def run(command: list[str], cwd: Path, **variables: str) -> str:
    done = subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_playbook_elsewhere_uses_a_role_of_the_installed_collection(tmp_path: Path) -> None:
    galaxy, playbook = ansible_program("ansible-galaxy"), ansible_program("ansible-playbook")
    pytest.importorskip("yaml")
    run([sys.executable, str(PROJECT / "scripts/build_collection.py"), str(tmp_path)], PROJECT)
    (archive,) = tmp_path.glob("superuser666_sigil-sigilderg-*.tar.gz")
    installed, elsewhere = tmp_path / "installed", tmp_path / "elsewhere"
    elsewhere.mkdir()
    run(
        [galaxy, "collection", "install", "--offline", str(archive), "-p", str(installed)],
        elsewhere,
    )
    text = (PROJECT / "tests/hosts/collection.yml").read_text()
    (elsewhere / "collection.yml").write_text(text)
    run(
        [playbook, "collection.yml", "-e", f"folder={tmp_path}"],
        elsewhere,
        ANSIBLE_COLLECTIONS_PATH=str(installed),
        ANSIBLE_LOCALHOST_WARNING="0",
    )

"""Fixtures of the provisioning tests: the project's plugins, and files rendered by Ansible."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

PROJECT = Path(__file__).parents[2]


def load_plugin(path: str) -> ModuleType:
    """Import one of the project's Ansible plugins from its file."""
    file = PROJECT / "playbooks/plugins" / path
    spec = importlib.util.spec_from_file_location(file.stem, file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ansible_program(name: str) -> str:
    """Find a program of Ansible; skip the test if there is none."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed here; `make molecule-lint` brings it")
    return found


def play(playbook: str, *arguments: str) -> None:
    """Run one of the playbooks of this folder on this machine; it must succeed."""
    command = [ansible_program("ansible-playbook"), f"tests/hosts/{playbook}", *arguments]
    environment = os.environ | {"ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.default"}
    result = subprocess.run(
        command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the unit in its profiles, and a run whose program is a small script."""
    folder = tmp_path_factory.mktemp("rendered")
    play("render.yml", "-e", f"folder={folder}")
    return folder

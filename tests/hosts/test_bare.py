from __future__ import annotations

import os
import subprocess
from pathlib import Path

from tests.hosts.conftest import PROJECT, ansible_program


def test_a_bare_machine_of_which_no_facts_are_kept_gets_past_the_first_play(tmp_path: Path) -> None:
    command = [ansible_program("ansible-playbook"), "-i", "inventory/localhost.yml", "--check"]
    kept = {"ANSIBLE_CACHE_PLUGIN_CONNECTION": str(tmp_path / "facts")}
    done = subprocess.run(
        [*command, "playbooks/preflight.yml", "-e", f"artifacts_dir={tmp_path}"],
        cwd=PROJECT,
        env=os.environ | kept | {"ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.default"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "PLAY [Check the configuration]" in done.stdout, done.stdout + done.stderr

"""A token that only an encrypted file of ansible-vault knows, from the inventory to the host."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("ansible_runner", reason="`make molecule-lint` brings it")
pytest.importorskip("ansible", reason="`make molecule-lint` brings it")

from evalpkg.fleet.events import Event, EventLog
from evalpkg.fleet.play import Play, run_play
from tests.hosts.conftest import PROJECT, ansible_program

CANARY = "hf_canary-of-the-vault-90d2"
ASKED = """#!/bin/sh
cat >'{folder}/asked'
printf %s "$HF_TOKEN" | sha256sum >'{folder}/token'
"""


@pytest.fixture
def inventory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's inventory with a vault beside it; the host is this machine."""
    monkeypatch.delenv("HF_TOKEN", raising=False)
    (tmp_path / "host/credentials").mkdir(parents=True)
    tool = tmp_path / "evalpkg"
    tool.write_text(ASKED.format(folder=tmp_path))
    tool.chmod(0o700)
    (tmp_path / "password").write_text("of the vault\n")
    own = tmp_path / "own"
    vault = own / "group_vars/all/vault.yml"
    vault.parent.mkdir(parents=True)
    vault.write_text(f"evaluation_secrets:\n  HF_TOKEN: {CANARY}\n")
    encrypt = [ansible_program("ansible-vault"), "encrypt", str(vault)]
    subprocess.run(
        [*encrypt, "--vault-password-file", str(tmp_path / "password")],
        check=True,
        capture_output=True,
    )
    hosts = own / "hosts"
    hosts.write_text(
        "[lambda]\ngpu-1 ansible_connection=local "
        f"ansible_python_interpreter={sys.executable} evaluation_dir={tmp_path}/host "
        f"evaluation_check_tool={tool} evaluation_results_dir={tmp_path}/results "
        "evaluation_settings='{}' "
        "evaluation_extra_settings='{\"limit\": 3}'\n"
    )
    return hosts


def command_lines() -> set[str]:
    """Everything that another user sees in the list of processes."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            found.add((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except (OSError, UnicodeDecodeError):
            continue
    return found


def files_with(text: str, folder: Path) -> list[Path]:
    return [
        file for file in folder.rglob("*") if file.is_file() and text.encode() in file.read_bytes()
    ]


def test_a_token_in_a_vault_reaches_the_check_and_the_hosts_file_and_nothing_else(
    inventory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANSIBLE_VAULT_PASSWORD_FILE", str(tmp_path / "password"))
    seen: list[Event] = []
    lines: set[str] = set()

    def take(event: Event) -> None:
        seen.append(event)
        lines.update(command_lines())

    log = EventLog(tmp_path / "kept")
    play = Play(PROJECT, "tests/hosts/vault.yml", str(inventory), arguments=("-vvv",))
    status = run_play(play, log, time.time, take, lambda: lines.update(command_lines()))
    log.close()
    assert status == 0, [event.message for event in seen if event.failed]
    expected = subprocess.check_output(["sha256sum"], input=CANARY.encode())
    assert (tmp_path / "token").read_bytes() == expected
    assert json.loads((tmp_path / "asked").read_text()) == {"limit": 3}
    kept = tmp_path / "host/credentials/HF_TOKEN"
    assert kept.read_text() == CANARY
    assert kept.stat().st_mode & 0o777 == 0o600
    assert files_with(CANARY, tmp_path) == [kept]
    assert CANARY not in repr(seen)
    assert [line for line in lines if CANARY in line] == []
    assert any("ansible-playbook" in line for line in lines)


def plain(inventory: Path, *arguments: str) -> tuple[int, str]:
    """Run the playbook with Ansible alone; return its status and what it printed, as one line."""
    command = [ansible_program("ansible-playbook"), "tests/hosts/vault.yml", "-i", str(inventory)]
    done = subprocess.run(
        [*command, *arguments], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def test_ansible_told_to_say_everything_does_not_say_the_token(
    inventory: Path, tmp_path: Path
) -> None:
    status, said = plain(inventory, "-vvv", "--vault-password-file", str(tmp_path / "password"))
    assert status == 0, said
    assert "Copy the secrets" in said
    assert CANARY not in said


def test_without_the_vaults_password_the_option_that_gives_it_is_named(inventory: Path) -> None:
    # An encrypted value, not a file: Ansible looks at it only where it is used.
    vault = inventory.parent / "group_vars/all/vault.yml"
    text = vault.read_text()
    vault.write_text(
        "evaluation_secrets:\n  HF_TOKEN: !vault |\n"
        + "".join(f"    {line}\n" for line in text.splitlines())
    )
    status, said = plain(inventory)
    assert status != 0
    assert "evaluation_secrets cannot be read" in said
    assert "--vault-password-file" in said

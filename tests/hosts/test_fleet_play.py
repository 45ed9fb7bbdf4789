"""A playbook through ansible-runner's Python interface, on this machine."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("ansible_runner", reason="`make molecule-lint` brings it")
pytest.importorskip("ansible", reason="`make molecule-lint` brings it")

from evalpkg.fleet import play as play_module
from evalpkg.fleet.events import Event, EventLog
from evalpkg.fleet.play import CANCELLED, Play, run_play

CANARY = "canary-of-the-key-77f1"
PLAYBOOK = """
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - name: Use the key as it must not be used
      ansible.builtin.debug:
        msg: "the key is {{ lookup('env', 'LAMBDA_API_KEY') }}, told {{ told }}"
    - name: Print it
      ansible.builtin.command: echo {{ lookup('env', 'LAMBDA_API_KEY') }}
    - name: Work
      ansible.builtin.command: sleep {{ seconds }}
    - name: Sum up
      ansible.builtin.set_stats:
        data: {evaluation_summary: the end}
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LAMBDA_API_KEY", CANARY)
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "site.yml").write_text(PLAYBOOK)
    (folder / "ansible.cfg").write_text("[defaults]\n")
    return folder


def play(project: Path, seconds: int) -> Play:
    return Play(project, "site.yml", "localhost,", variables={"told": "yes", "seconds": seconds})


def files_with(canary: str, *folders: Path) -> list[Path]:
    found = []
    for folder in folders:
        for file in folder.rglob("*"):
            if file.is_file() and canary.encode() in file.read_bytes():
                found.append(file)
    return found


def test_a_key_is_in_no_event_no_file_and_no_command_line(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = tmp_path / "memory"
    memory.mkdir()
    monkeypatch.setattr(play_module, "MEMORY", memory)
    seen: list[Event] = []
    lines: set[str] = set()
    used: set[Path] = set()

    def look() -> None:
        used.update(memory.iterdir())
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal() and (entry / "cmdline").exists():
                try:
                    lines.add((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
                except OSError:
                    continue

    log = EventLog(project / "kept")
    status = run_play(play(project, 1), log, time.time, seen.append, look)
    log.close()
    assert status == 0
    said = [event.message for event in seen if event.action == "debug" and event.message]
    assert said == ["the key is [secret], told yes"]
    assert any("ansible-playbook" in line for line in lines)
    # This playbook passes the key to `echo` as an argument, where it can be seen. No role does so.
    assert [line for line in lines if CANARY in line and "echo" not in line] == []
    assert files_with(CANARY, project) == []
    assert len(used) == 1
    assert list(memory.iterdir()) == []
    assert [event.summary for event in seen if event.summary] == ["the end"]


def still_working(project: Path) -> list[Path]:
    """Processes that a playbook of this test left behind."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").readlink() == project and b"sleep" in (
                entry / "cmdline"
            ).read_bytes():
                found.append(entry)
        except OSError:
            continue
    return found


@pytest.fixture
def interruptible() -> Iterator[None]:
    """A process that was started in the background ignores interrupts."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_ends_ansible_and_reaches_the_caller(project: Path) -> None:
    def interrupt(event: Event) -> None:
        if event.kind == "playbook_on_task_start" and event.task == "Work":
            threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()

    log = EventLog(project / "kept")
    with pytest.raises(KeyboardInterrupt):
        run_play(play(project, 600), log, time.time, interrupt)
    log.close()
    assert still_working(project) == []


def test_a_limit_ends_the_playbook(project: Path) -> None:
    log = EventLog(project / "kept")
    assert (
        run_play(play(project, 600), log, time.time, lambda _: None, stop=lambda: True) == CANCELLED
    )
    log.close()
    assert still_working(project) == []

"""Runs of a playbook through ansible-runner's Python interface.

ansible-runner writes the whole environment, secrets included, and every event to files in its
folder. So this folder is a private one in memory that is removed at the end. The kept log is
written by ``evalpkg.fleet.events``: without secrets, and of bounded size.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evalpkg.errors import EnvironmentUnfitError
from evalpkg.fleet.events import Event, EventLog, parse_event
from evalpkg.fleet.redact import Redactor, secrets_of
from evalpkg.process_folder import ProcessFolder

CANCELLED = 254
TICK_S = 0.5
GRACE_S = 20.0
MEMORY = Path("/dev/shm")  # noqa: S108 - the folder in it is private


@dataclass(frozen=True, slots=True)
class Play:
    """A playbook and the arguments to run it with.

    Attributes:
        project: the folder with ``site.yml``.
        playbook: path of the playbook, relative to ``project``.
        inventory: a path, or a list of hosts that ends in a comma.
        tags: tags to run, separated by commas; empty for all. ``skip_tags`` likewise.
        limit: hosts to use, as for Ansible's ``--limit``; empty for all.
        variables: Ansible variables; not for secrets.
        environment: environment variables, in addition to this process's own.
        arguments: further arguments of Ansible's command line.
    """

    project: Path
    playbook: str
    inventory: str
    tags: str = ""
    skip_tags: str = ""
    limit: str = ""
    variables: dict[str, Any] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ()


def require_ansible() -> None:
    """Check that the packages of the extra ``fleet`` are installed.

    Raises:
        EnvironmentUnfitError: one is missing; the message names it and the command to install it.
    """
    from importlib.util import find_spec

    wanted = {"ansible-core": "ansible", "ansible-runner": "ansible_runner", "tenacity": "tenacity"}
    missing = [name for name, module in wanted.items() if find_spec(module) is None]
    if missing:
        raise EnvironmentUnfitError(
            f"a fleet needs {', '.join(missing)}, which is not installed here",
            "pip install 'evalpkg[fleet]'",
        )


def run_play(
    play: Play,
    log: EventLog,
    now: Callable[[], float],
    on_event: Callable[[Event], None],
    on_tick: Callable[[], None] = lambda: None,
    stop: Callable[[], bool] = lambda: False,
) -> int:
    """Run a playbook.

    Args:
        play: the playbook and its arguments.
        log: receives every event.
        now: returns the time in seconds, for the log.
        on_event: called with every event, in the caller's thread.
        on_tick: called twice a second, in the caller's thread.
        stop: the playbook is interrupted once this returns True.

    Returns:
        Ansible's exit status, or ``CANCELLED`` if it was interrupted.
    """
    redactor = Redactor(secrets_of())
    with ProcessFolder(_place()) as folder:
        work = _Work(play, folder.path)
        try:
            while not work.done.wait(TICK_S):
                _drain(work.events, redactor, log, now, on_event)
                on_tick()
                if stop():
                    work.end()
            _drain(work.events, redactor, log, now, on_event)
        finally:
            while not work.done.is_set():
                with contextlib.suppress(KeyboardInterrupt):  # the first one already ends it
                    work.end()
                    work.done.wait(TICK_S)
    return work.result()


def _drain(
    events: queue.SimpleQueue[dict[str, Any]],
    redactor: Redactor,
    log: EventLog,
    now: Callable[[], float],
    on_event: Callable[[Event], None],
) -> None:
    with contextlib.suppress(queue.Empty):
        while True:
            event = parse_event(events.get_nowait(), redactor)
            log.write(event, now())
            on_event(event)


class _Work:
    """ansible-runner in a thread.

    ``done`` signals its end, because a ``Thread.join`` that Ctrl-C interrupts takes the thread for
    dead. ansible-runner cancels a playbook by SIGKILL. Ansible's workers are process groups of
    their own and survive that; a worker that waits for a host would go on for hours. So Ansible
    is interrupted by SIGINT first.
    """

    def __init__(self, play: Play, folder: Path) -> None:
        self.events: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self.done = threading.Event()
        self._pid = 0
        self._ending_since = 0.0
        self._interrupted = False
        self._status: int | None = None
        self._error: BaseException | None = None
        threading.Thread(target=self._run, args=(play, folder), daemon=True).start()

    def end(self) -> None:
        """Interrupt the playbook; it is killed if it has not ended after ``GRACE_S`` seconds."""
        self._ending_since = self._ending_since or time.monotonic()
        if self._pid and not self._interrupted and not self.done.is_set():
            self._interrupted = True
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGINT)

    def _kill_now(self) -> bool:
        return bool(self._ending_since) and time.monotonic() - self._ending_since > GRACE_S

    def _put(self, event: dict[str, Any]) -> None:
        self._pid = int(event.get("pid") or self._pid)
        self.events.put(event)

    def _run(self, play: Play, folder: Path) -> None:
        try:
            self._status = _runner(play, folder, self._kill_now, self._put).rc
        except BaseException as error:  # result() raises it in the caller's thread
            self._error = error
        finally:
            self.done.set()

    def result(self) -> int:
        """Return Ansible's exit status; raises the error of ansible-runner if there was one."""
        if self._error is not None:
            raise self._error
        return CANCELLED if self._status is None or self._ending_since else self._status


def _runner(
    play: Play,
    folder: Path,
    cancel: Callable[[], bool],
    put: Callable[[dict[str, Any]], None],
) -> Any:
    import ansible_runner

    def keep(event: dict[str, Any]) -> bool:
        put(event)
        return False  # tells ansible-runner to write no file

    def forget_environment(status: dict[str, Any], runner_config: Any) -> None:
        if status["status"] == "running":
            Path(runner_config.artifact_dir, "command").unlink(missing_ok=True)

    return ansible_runner.run(
        private_data_dir=str(folder),
        project_dir=str(play.project),
        playbook=play.playbook,
        inventory=play.inventory,
        tags=play.tags or None,
        skip_tags=play.skip_tags or None,
        limit=play.limit or None,
        cmdline=_cmdline(play, folder),
        envvars=_environment(play),
        event_handler=keep,
        status_handler=forget_environment,
        cancel_callback=cancel,
        quiet=True,
        settings={"pexpect_timeout": 1, "pexpect_use_poll": True, "suppress_env_files": True,
                  "suppress_output_file": True},
        suppress_env_files=True,
    )  # fmt: skip


def _cmdline(play: Play, folder: Path) -> str | None:
    """Build Ansible's arguments. Variables go in a file: command lines are short and public."""
    import json
    import shlex

    parts = list(play.arguments)
    if play.variables:
        file = folder / "variables.json"
        file.write_text(json.dumps(play.variables), encoding="utf-8")
        parts = ["-e", f"@{file}", *parts]
    return shlex.join(parts) or None


def _environment(play: Play) -> dict[str, str]:
    beside = str(Path(sys.executable).parent)
    return {
        "ANSIBLE_CONFIG": str(play.project / "ansible.cfg"),
        "ANSIBLE_STDOUT_CALLBACK": "default",
        "ANSIBLE_DISPLAY_OK_HOSTS": "false",
        "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
        # ansible-runner would switch this off.
        "ANSIBLE_HOST_KEY_CHECKING": "True",
        "ANSIBLE_FORCE_COLOR": "0",
        "ANSIBLE_NOCOLOR": "1",
        "NONINTERACTIVE": "1",
        "PATH": f"{beside}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        **play.environment,
    }


def _place() -> Path:
    """Return memory where it can be written, else the system's temporary folder."""
    return MEMORY if os.access(MEMORY, os.W_OK) else Path(tempfile.gettempdir())

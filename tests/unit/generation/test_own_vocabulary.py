"""An adapter with tokens and a template of its own works when asked, and leaves the base alone."""

import json
import shutil
from typing import Any

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from evalpkg.config import load_config
from evalpkg.errors import ConfigError, DataError, EvalError
from evalpkg.generation import GenerationSettings, Listener, create_backend, selftest, tokens
from evalpkg.generation.prompts import get_template
from evalpkg.generation.shared import SHARED
from evalpkg.generation.slots import PACKED
from evalpkg.models import Role, Task
from evalpkg.pipeline.checkpoints import each_checkpoint
from tests.unit.generation.generation_tiny import tiny_model
from tests.unit.generation.test_tokens import tokenizer

OPTION = "--finetuned-template adapter"
TASKS = [Task(name, f"fn {name}() {{", name, "") for name in ("a", "bee", "cedar")]
WORK = [(task, [0, 1]) for task in TASKS]
BASE_ROWS, OWN_ROWS, NEW = 258, 262, 12
WEIGHTS = "adapter_model.safetensors"
TEMPLATE = "{% for m in messages %}<|im_start|>{{ m.content }}<|im_end|>{% endfor %}<|im_start|>"
TOKENS = ["<|im_start|>", "<|im_end|>", "<|note|>", "<|more|>"]

KINDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "layers of its own": ({"modules_to_save": ["embed_tokens", "lm_head"]}, {}),
    "one layer of its own": ({"modules_to_save": ["embed_tokens"]}, {}),
    "resized embeddings": ({}, {}),
    "tokens": ({"trainable_token_indices": list(range(BASE_ROWS, OWN_ROWS))}, {}),
    "low rank": ({"target_modules": ["q_proj", "embed_tokens", "lm_head"]}, {}),
}


def save_base(folder, tied):
    tiny_model(vocab_size=BASE_ROWS, tie_word_embeddings=tied).save_pretrained(folder)
    tokenizer("{{ messages[0].content }}", adds_bos=False).save_pretrained(folder)


def save_adapter(base, folder, rows=OWN_ROWS, save=None, **config):
    """Train an adapter as is usual: add tokens, resize, train, save it and the tokenizer."""
    model = AutoModelForCausalLM.from_pretrained(base)
    model.resize_token_embeddings(rows, mean_resizing=False)
    torch.manual_seed(3)
    lora = {"r": 2, "target_modules": ["q_proj", "v_proj"], "init_lora_weights": False}
    adapted = get_peft_model(model, LoraConfig(**(lora | config)))
    with torch.no_grad():
        for weight in adapted.parameters():
            if weight.requires_grad:
                weight.add_(torch.randn_like(weight))
    adapted.save_pretrained(folder, **(save or {}))
    own = tokenizer(TEMPLATE, adds_bos=False)
    own.add_special_tokens({"additional_special_tokens": TOKENS[: max(0, rows - BASE_ROWS)]})
    own.eos_token = TOKENS[1] if rows > BASE_ROWS else "</s>"
    own.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("own")
    for tied in (False, True):
        save_base(root / f"base-{tied}", tied)
        for kind, (config, save) in KINDS.items():
            save_adapter(root / f"base-{tied}", root / f"{kind}-{tied}", save=save, **config)
    return root


def backend(base, checkpoint, said=None, **changes):
    given: dict[str, Any] = {
        "base_model": str(base),
        "checkpoint_path": str(checkpoint),
        "device": "cpu",
        "dtype": "float32",
        "temperature": 0.0,
        "max_new_tokens": NEW,
        "batch_size": 8,
        "prompt_template": "bare",
        "finetuned_template": "adapter",
        "allow_base_mismatch": True,
    }
    said = [] if said is None else said
    made = create_backend(GenerationSettings(**(given | changes)), Listener(status=said.append))
    return made, said


def samples(made, role):
    return {sample.key: sample for sample in made.generate(role, WORK)}


def of_peft(base, folder, rows):
    """Return the greedy answers that PEFT and generate give, by task."""
    own = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(base)
    model.resize_token_embeddings(rows, mean_resizing=False)
    model = PeftModel.from_pretrained(model, folder).eval()
    found, ends = {}, [2, own.eos_token_id]
    for task in TASKS:
        ids = tokens.prompt_ids(own, get_template("bare").render(task))
        answer = model.generate(
            input_ids=torch.tensor([ids]),
            attention_mask=torch.ones(1, len(ids), dtype=torch.long),
            max_new_tokens=NEW,
            do_sample=False,
            eos_token_id=ends,
            pad_token_id=0,
        )[0, len(ids) :].tolist()
        if answer[-1] in ends:
            del answer[-1]
        found[task.task_id] = (tokens.ids_sha256(ids), tokens.ids_sha256(answer))
    return found


@pytest.mark.parametrize("tied", [False, True], ids=["apart", "tied"])
@pytest.mark.parametrize("kind", KINDS)
def test_greedy_tokens_are_those_of_peft_and_the_base_keeps_its_own(folders, kind, tied):
    base, folder = folders / f"base-{tied}", folders / f"{kind}-{tied}"
    made, said = backend(base, folder)
    tuned = samples(made, Role.FINETUNED)
    expected = of_peft(base, folder, OWN_ROWS)
    for (_, task_id, _), sample in tuned.items():
        assert (sample.prompt_sha256, sample.completion_ids_sha256) == expected[task_id]
    alone, _ = backend(base, "", finetuned_template="base")
    assert samples(made, Role.BASE) == samples(alone, Role.BASE)
    told = made.provenance()
    assert told.details["finetuned_template"] == "adapter"
    assert told.finetuned_chat_template_sha256 != told.chat_template_sha256
    assert any("prompts of the two models differ" in note for note in told.notes)
    assert set(told.notes) <= set(said)


@pytest.mark.parametrize("tied", [False, True], ids=["apart", "tied"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_prefix_of_data_parallel_leaves_none_of_its_weights_out(folders, tmp_path, kind, tied):
    base, folder = folders / f"base-{tied}", folders / f"{kind}-{tied}"
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    tensors = load_file(folder / WEIGHTS)
    save_file({f"module.{name}": tensor for name, tensor in tensors.items()}, tmp_path / WEIGHTS)
    made, _ = backend(base, tmp_path)
    expected = of_peft(base, folder, OWN_ROWS)
    for (_, task_id, _), sample in samples(made, Role.FINETUNED).items():
        assert (sample.prompt_sha256, sample.completion_ids_sha256) == expected[task_id]


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_refused_before_the_weights_unless_asked_for(folders, kind):
    before = []
    with pytest.raises(ConfigError, match="vocabulary of its own: 262 tokens, where") as caught:
        backend(
            folders / "base-False",
            folders / f"{kind}-False",
            finetuned_template="base",
            said=before,
        )
    assert OPTION in caught.value.cure
    assert not any("Loading" in line for line in before)


def test_what_is_loaded_does_not_change_what_is_said_of_the_run(folders):
    made, _ = backend(folders / "base-False", folders / "low rank-False")
    before = made.provenance()
    samples(made, Role.FINETUNED)
    after = made.provenance()
    assert (before.details, before.models) == (after.details, after.models)


def test_samples_can_share_the_prompts_of_either_model(folders, monkeypatch):
    base, folder = folders / "base-False", folders / "layers of its own-False"
    plain, _ = backend(base, folder)
    expected = {role: samples(plain, role) for role in Role}
    monkeypatch.setattr(selftest, "FLASH", PACKED)  # the trial takes the plain kernel
    made, _ = backend(base, folder, share_prompts=True)
    for role in Role:
        assert samples(made, role) == expected[role]
        assert made.stage_of(role).network.decode_attention == SHARED


def test_an_own_end_token_ends_an_answer_and_the_base_models_too(folders):
    made, _ = backend(folders / "base-False", folders / "resized embeddings-False")
    assert made.provenance().details["finetuned_end_token_ids"] == [2, BASE_ROWS + 1]
    assert made.provenance().details["end_token_ids"] == [2]


def test_a_smaller_vocabulary_than_the_padded_one_works(folders, tmp_path):
    save_base(tmp_path / "base", tied=False)
    model = AutoModelForCausalLM.from_pretrained(tmp_path / "base")
    model.resize_token_embeddings(300, mean_resizing=False)
    model.save_pretrained(tmp_path / "base")
    folder = save_adapter(tmp_path / "base", tmp_path / "own", rows=OWN_ROWS)
    made, _ = backend(tmp_path / "base", folder)
    expected = of_peft(tmp_path / "base", folder, OWN_ROWS)
    for (_, task_id, _), sample in samples(made, Role.FINETUNED).items():
        assert (sample.prompt_sha256, sample.completion_ids_sha256) == expected[task_id]


def test_a_template_alone_needs_no_new_tokens(folders, tmp_path):
    folder = save_adapter(folders / "base-False", tmp_path, rows=BASE_ROWS)
    made, _ = backend(folders / "base-False", folder)
    without, _ = backend(folders / "base-False", folder, finetuned_template="base")
    prompts = {made: samples(made, Role.FINETUNED), without: samples(without, Role.FINETUNED)}
    key = next(iter(prompts[made]))
    assert prompts[made][key].prompt_tokens > prompts[without][key].prompt_tokens
    assert any(OPTION in note for note in without.provenance().notes)


def remove(*names):
    def change(folder):
        for name in names:
            (folder / name).unlink(missing_ok=True)

    return change


def without_embedding(folder):
    tensors = load_file(folder / WEIGHTS)
    save_file({n: t for n, t in tensors.items() if "lora_" in n}, folder / WEIGHTS)


def without_head(folder):
    tensors = load_file(folder / WEIGHTS)
    save_file({n: t for n, t in tensors.items() if "lm_head" not in n}, folder / WEIGHTS)


def other_head(folder):
    tensors = load_file(folder / WEIGHTS)
    tensors["base_model.model.lm_head.weight"] = torch.ones(270, 32)
    save_file(tensors, folder / WEIGHTS)


def another_layer(folder):
    tensors = load_file(folder / WEIGHTS)
    tensors["base_model.model.model.layers.9.self_attn.q_proj.lora_A.weight"] = torch.ones(2, 32)
    save_file(tensors, folder / WEIGHTS)


def other_shape(folder):
    tensors = load_file(folder / WEIGHTS)
    name = next(name for name in tensors if "q_proj.lora_B" in name)
    save_file(tensors | {name: torch.ones(7, 2)}, folder / WEIGHTS)


def of_zeros(folder):
    tensors = load_file(folder / WEIGHTS)
    save_file(
        {n: t * ("lora_B" not in n) for n, t in tensors.items() if "lora" in n}, folder / WEIGHTS
    )


def too_many_tokens(folder):
    own = AutoTokenizer.from_pretrained(folder)
    own.add_tokens(["<extra>"])
    own.save_pretrained(folder)


def cut_off(folder):
    (folder / "tokenizer.json").write_text("{")


REFUSED: dict[str, tuple[Any, type[EvalError], str]] = {
    "no tokenizer": (
        remove("tokenizer.json", "tokenizer_config.json"),
        ConfigError,
        "holds no tokenizer",
    ),
    "no template": (remove("chat_template.jinja"), ConfigError, "has no chat template"),
    "a broken tokenizer": (cut_off, DataError, "tokenizer in .* cannot be read"),
    "a later tokenizer": (too_many_tokens, ConfigError, "up to number 262.*has 262 rows"),
    "no embedding": (without_embedding, DataError, "the embeddings of 4 of them are not"),
    "no head": (without_head, DataError, "rows of the output layer of 4 of them are not"),
    "two sizes": (other_head, DataError, "embeddings of 262 and 270 tokens"),
    "a layer too many": (another_layer, ConfigError, "fit nowhere"),
    "another shape": (other_shape, ConfigError, "does not fit the base model"),
}


@pytest.mark.parametrize("how", REFUSED)
def test_what_cannot_work_is_refused_before_the_weights_are_loaded(folders, tmp_path, how):
    change, kind, words = REFUSED[how]
    shutil.copytree(folders / "resized embeddings-False", tmp_path, dirs_exist_ok=True)
    change(tmp_path)
    before: list[str] = []
    with pytest.raises(kind, match=words) as caught:
        backend(folders / "base-False", tmp_path, said=before)
    assert caught.value.cure
    assert not any("Loading" in line for line in before)


def no_scale(folder):
    path = folder / "adapter_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"lora_alpha": 0}))


UNFIT = {
    "a layer too many": another_layer,
    "another shape": other_shape,
    "zeros": of_zeros,
    "no scale": no_scale,
}


@pytest.mark.parametrize("how", [*UNFIT, "another model"])
def test_an_ordinary_adapter_that_cannot_fit_is_refused_before_the_weights(folders, tmp_path, how):
    base = folders / "base-False"
    folder = save_adapter(base, tmp_path / "own", rows=BASE_ROWS)
    if how == "another model":
        tiny_model("gpt2", n_embd=32, n_layer=2, n_head=4).save_pretrained(tmp_path / "gpt2")
        base = tmp_path / "gpt2"
    else:
        UNFIT[how](folder)
    before: list[str] = []
    with pytest.raises(EvalError):
        backend(base, folder, finetuned_template="base", said=before)
    assert not any("Loading" in line for line in before)


def test_the_last_of_several_checkpoints_is_checked_before_the_first_runs(folders, tmp_path):
    shutil.copytree(folders / "low rank-False", tmp_path / "last")
    another_layer(tmp_path / "last")
    config = load_config(
        {
            "base_model": str(folders / "base-False"),
            "allow_base_mismatch": True,
            "finetuned_template": "adapter",
            "output_dir": tmp_path / "out",
        }
    )
    ran = []

    def run(one):
        ran.append(one)

    checkpoints = [str(folders / "tokens-False"), str(tmp_path / "last")]
    with pytest.raises(ConfigError, match="last fit nowhere"):
        each_checkpoint(config, checkpoints, run, print)
    assert ran == []


def test_a_whole_model_has_an_option_of_its_own(folders):
    with pytest.raises(ConfigError, match="is a whole model") as caught:
        backend(folders / "base-False", folders / "base-True")
    assert "--own-tokenizers" in caught.value.cure


def test_vllm_refuses_it_before_it_starts(folders, tmp_path):
    for kind in KINDS:
        with pytest.raises(ConfigError, match="layers or embeddings of its own") as caught:
            backend(folders / "base-False", folders / f"{kind}-False", backend="vllm")
        assert "--backend transformers" in caught.value.cure
    config = json.loads((folders / "tokens-False" / "adapter_config.json").read_text())
    assert config["trainable_token_indices"]

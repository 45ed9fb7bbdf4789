"""The fine-tuned model may be a whole model: it takes the base model's place in memory."""

import json
import shutil
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file

from evalpkg.errors import ConfigError, EvalError
from evalpkg.generation import GenerationSettings, create_backend
from evalpkg.models import Role, Task
from tests.unit.generation.generation_tiny import tiny_model
from tests.unit.generation.test_tokens import tokenizer

WORK = [(Task(name, f"fn {name}() {{", name, ""), [0, 1]) for name in ("a", "b", "c")]
BYTES: dict[str, Any] = {"vocab_size": 258}
"""As many tokens as the byte-level tokenizer has."""


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """A base model, an adapter for it, and both merged."""
    root = tmp_path_factory.mktemp("models")
    tiny_model(**BYTES).save_pretrained(root / "base")
    lora = LoraConfig(r=2, target_modules=["q_proj", "v_proj"], init_lora_weights=False)
    torch.manual_seed(3)
    adapted = get_peft_model(tiny_model(**BYTES), lora)
    adapted.save_pretrained(root / "adapter")
    adapted.merge_and_unload().save_pretrained(root / "merged")
    for name in ("base", "merged"):
        tokenizer(None, adds_bos=False).save_pretrained(root / name)
    return root


def backend(root, checkpoint, **changes):
    given: dict[str, Any] = {
        "base_model": str(root / "base"),
        "checkpoint_path": str(root / checkpoint) if checkpoint else "",
        "allow_base_mismatch": True,
        "device": "cpu",
        "dtype": "float32",
        "temperature": 0.0,
        "max_new_tokens": 12,
        "prompt_template": "bare",
    }
    return create_backend(GenerationSettings(**(given | changes)))


def texts(made, role):
    return {sample.key: sample.completion for sample in made.generate(role, WORK)}


def test_a_merged_model_answers_as_base_and_adapter_do(folders):
    whole, parts = backend(folders, "merged"), backend(folders, "adapter")
    for role in Role:
        assert texts(whole, role) == texts(parts, role)
    assert set(texts(whole, Role.BASE).values()) != set(texts(whole, Role.FINETUNED).values())


def test_one_model_is_in_memory_and_both_are_described(folders):
    made = backend(folders, "merged")
    before = made.provenance()
    texts(made, Role.FINETUNED)
    loaded = made._stage.model
    assert loaded.files.name == str(folders / "merged")
    after = made.provenance()
    assert before.models == after.models
    tuned = after.models[Role.FINETUNED]
    assert (tuned.name, tuned.adapter) == (str(folders / "merged"), "")
    assert (
        tuned.weights["model.safetensors"] != after.models[Role.BASE].weights["model.safetensors"]
    )


WEIGHTS, INDEX = "model.safetensors", "model.safetensors.index.json"


def in_parts(folder, tensors):
    """Save tensors in two files, as models larger than one file are."""
    (folder / WEIGHTS).unlink(missing_ok=True)
    parts = {}
    for number in (0, 1):
        name = f"model-0000{number + 1}-of-00002.safetensors"
        own = dict(list(tensors.items())[number::2])
        save_file(own, folder / name, metadata={"format": "pt"})
        parts |= dict.fromkeys(own, name)
    (folder / INDEX).write_text(json.dumps({"metadata": {}, "weight_map": parts}))


def whole(folder, tensors):
    save_file(tensors, folder / WEIGHTS, metadata={"format": "pt"})


PICKLED = "pytorch_model.bin"


def pickled(folder, tensors):
    (folder / WEIGHTS).unlink()
    torch.save(tensors, folder / PICKLED)


def pickled_in_parts(folder, tensors):
    (folder / WEIGHTS).unlink()
    parts = {}
    for number in (0, 1):
        name = f"pytorch_model-0000{number + 1}-of-00002.bin"
        own = dict(list(tensors.items())[number::2])
        torch.save(own, folder / name)
        parts |= dict.fromkeys(own, name)
    (folder / f"{PICKLED}.index.json").write_text(json.dumps({"weight_map": parts}))


SAVED: dict[str, Any] = {
    "pickled": pickled,
    "pickled, in parts": pickled_in_parts,
    "the same file": whole,
    "another order": lambda folder, base: whole(folder, dict(reversed(base.items()))),
    "parts": in_parts,
    "a wider format": lambda folder, base: whole(folder, {n: t.double() for n, t in base.items()}),
    "one that rounds": lambda folder, base: whole(folder, {n: t.half() for n, t in base.items()}),
    "with more beside": lambda folder, base: whole(folder, base | {"v_head": torch.ones(2)}),
}


@pytest.mark.parametrize("how", SAVED)
def test_weights_that_are_the_base_models_are_refused(folders, tmp_path, how):
    shutil.copytree(folders / "base", tmp_path, dirs_exist_ok=True)
    SAVED[how](tmp_path, load_file(folders / "base" / WEIGHTS))
    with pytest.raises(ConfigError, match="would be compared with itself"):
        backend(folders, tmp_path).provenance()


def without_a_part(folder, tensors):
    in_parts(folder, tensors)
    (folder / "model-00002-of-00002.safetensors").unlink()


def cut(folder, _):
    content = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(content[:-100])


def configured(**changes):
    def change(folder, _):
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(config | changes))

    return change


def with_lora(folder, tensors):
    whole(folder, tensors | {"model.layers.0.self_attn.q_proj.lora_A.weight": torch.ones(2, 32)})


def wrapped(folder, tensors):
    whole(folder, {f"_orig_mod.{name}": tensor for name, tensor in tensors.items()})


def diverged(folder, tensors):
    tensors["model.embed_tokens.weight"][3, 0] = torch.nan
    whole(folder, tensors)


def generating(**changes):
    def change(folder, _):
        config = json.loads((folder / "generation_config.json").read_text())
        (folder / "generation_config.json").write_text(json.dumps(config | changes))

    return change


def few_bits(folder, tensors):
    scales = {f"{name}_scale_inv": torch.ones(1) for name in tensors if "proj" in name}
    whole(folder, {n: t.to(torch.float8_e4m3fn) for n, t in tensors.items()} | scales)


UNUSABLE: dict[str, tuple[Any, str]] = {
    "end tokens in words": (generating(eos_token_id="2"), "names the end token '2'"),
    "end tokens in lists": (generating(eos_token_id=[[2]]), r"names the end token \[2\]"),
    "scales that nobody uses": (few_bits, "hold quantised weights with 14 scales"),
    "whole numbers": (
        lambda folder, tensors: whole(folder, {n: t.to(torch.int8) for n, t in tensors.items()}),
        "holds whole numbers in lm_head.weight",
    ),
    "a part missing": (without_a_part, "lacks 1 of the 2 files .*model-00002-of-00002"),
    "no weights": (lambda folder, _: (folder / WEIGHTS).unlink(), "holds no weights"),
    "cut off": (cut, "model.safetensors cannot be read"),
    "a pickle cut off": (
        lambda folder, tensors: [
            pickled(folder, tensors),
            (folder / PICKLED).write_bytes((folder / PICKLED).read_bytes()[:-100]),
        ],
        "pytorch_model.bin cannot be read",
    ),
    "a pickle with NaN": (
        lambda folder, tensors: pickled(folder, {n: t * torch.nan for n, t in tensors.items()}),
        "not numbers .* and ",
    ),
    "an index of nothing": (
        lambda folder, _: [(folder / WEIGHTS).unlink(), (folder / INDEX).write_text("[]")],
        "index.json cannot be read",
    ),
    "an adapter in it": (with_lora, "1 weights of an adapter that was never merged"),
    "a wrapped model": (wrapped, "lack 21 of the model's weights"),
    "NaN": (diverged, "not numbers .* in model.embed_tokens.weight"),
    "another config": (configured(hidden_size=64), "other shapes than its config.json"),
    "an impossible config": (configured(num_attention_heads=5), "cannot be loaded: .*32"),
    "an unknown model": (configured(model_type="novel"), "cannot be loaded: .*novel"),
}


@pytest.mark.parametrize("how", UNUSABLE)
def test_what_is_wrong_with_it_shows_before_the_base_model_generates(folders, tmp_path, how):
    shutil.copytree(folders / "merged", tmp_path, dirs_exist_ok=True)
    change, words = UNUSABLE[how]
    change(tmp_path, load_file(folders / "merged" / WEIGHTS))
    with pytest.raises(EvalError, match=words) as caught:
        backend(folders, tmp_path).provenance()
    assert caught.value.cure


def test_a_pickled_model_answers_as_the_same_one_in_safetensors(folders, tmp_path):
    shutil.copytree(folders / "merged", tmp_path, dirs_exist_ok=True)
    expected = texts(backend(folders, tmp_path), Role.FINETUNED)
    pickled(tmp_path, load_file(folders / "merged" / WEIGHTS))
    assert texts(backend(folders, tmp_path), Role.FINETUNED) == expected
    pickled_by_torch_1_5(tmp_path)
    assert texts(backend(folders, tmp_path), Role.FINETUNED) == expected


def pickled_by_torch_1_5(folder):
    tensors = torch.load(folder / PICKLED, weights_only=True)
    torch.save(tensors, folder / PICKLED, _use_new_zipfile_serialization=False)


def test_weights_that_the_model_does_not_use_are_told(folders, tmp_path):
    shutil.copytree(folders / "merged", tmp_path, dirs_exist_ok=True)
    configured(num_hidden_layers=1)(tmp_path, None)
    made = backend(folders, tmp_path)
    texts(made, Role.FINETUNED)
    assert "does not use 9 weights" in made.provenance().notes[-1]


def test_an_adapter_beside_a_whole_model_is_used_and_told(folders, tmp_path):
    shutil.copytree(folders / "merged", tmp_path, dirs_exist_ok=True)
    shutil.copytree(folders / "adapter", tmp_path, dirs_exist_ok=True)
    made = backend(folders, tmp_path)
    assert not made.whole
    assert "holds an adapter and a whole model" in made.provenance().notes[0]


def test_other_token_ids_are_refused_naming_both_unless_asked_for(folders, tmp_path):
    shutil.copytree(folders / "merged", tmp_path, dirs_exist_ok=True)
    other = tokenizer(None, adds_bos=True)
    other.save_pretrained(tmp_path)
    with pytest.raises(ConfigError, match=r"tokenizers of .*base and .* differ") as caught:
        backend(folders, tmp_path)
    assert "--own-tokenizers" in caught.value.cure
    made = backend(folders, tmp_path, own_tokenizers=True)
    assert "own tokenizer" in made.provenance().notes[0]
    (base, *_), (tuned, *_) = (list(made.generate(role, WORK)) for role in Role)
    assert (base.prompt_tokens + 1, base.prompt_sha256 != tuned.prompt_sha256) == (
        tuned.prompt_tokens,
        True,
    )


def beyond(folder):
    """Put a token into the chat template that the model does not have."""
    own = tokenizer("<more>{{ messages[0].content }}", adds_bos=False)
    own.add_special_tokens({"additional_special_tokens": ["<more>"]})
    own.save_pretrained(folder)


OWN_UNUSABLE: dict[str, tuple[Any, str]] = {
    "none": (lambda folder: (folder / "tokenizer.json").unlink(), "tokenizer in .* be read"),
    "no file of it": (
        lambda folder: [path.unlink() for path in folder.glob("tokenizer*")],
        "holds no tokenizer",
    ),
    "cut off": (lambda folder: (folder / "tokenizer.json").write_text("{"), "cannot be read"),
    "a template cut off": (
        lambda folder: (folder / "chat_template.jinja").write_text("{% for %}"),
        "chat template cannot render",
    ),
    "tokens that the model has not": (beyond, "token 258, and the model's embedding has 258 rows"),
}


@pytest.mark.parametrize("how", OWN_UNUSABLE)
def test_an_own_tokenizer_that_cannot_be_used_shows_before_the_base_generates(
    folders, tmp_path, how
):
    shutil.copytree(folders / "merged", tmp_path, dirs_exist_ok=True)
    change, words = OWN_UNUSABLE[how]
    change(tmp_path)
    with pytest.raises(EvalError, match=words) as caught:
        backend(folders, tmp_path, own_tokenizers=True)
    assert caught.value.cure


@pytest.mark.parametrize("how", OWN_UNUSABLE)
@pytest.mark.parametrize("checkpoint", ["adapter", "merged"])
def test_a_tokenizer_of_the_base_model_that_cannot_be_used_is_named(
    folders, tmp_path, how, checkpoint
):
    for name in ("base", "adapter", "merged"):
        shutil.copytree(folders / name, tmp_path / name)
    change, words = OWN_UNUSABLE[how]
    change(tmp_path / "base")
    with pytest.raises(EvalError, match=words) as caught:
        texts(backend(tmp_path, checkpoint), Role.BASE)
    assert caught.value.cure


def test_a_whole_model_that_lacks_tokens_of_the_prompt_is_refused(folders, tmp_path):
    for name in ("base", "merged"):
        shutil.copytree(folders / name, tmp_path / name)
        tokenizer("<s>{{ messages[0].content }}", adds_bos=True).save_pretrained(tmp_path / name)
    tensors = load_file(folders / "merged" / WEIGHTS)
    rows = {n: t[:250] for n, t in tensors.items() if n.startswith(("lm_head", "model.embed"))}
    whole(tmp_path / "merged", tensors | {name: part.clone() for name, part in rows.items()})
    configured(vocab_size=250)(tmp_path / "merged", None)
    with pytest.raises(ConfigError, match="token 256, and the model's embedding has 250 rows"):
        backend(tmp_path, "merged")


def test_a_folder_that_is_neither_is_refused(folders, tmp_path):
    with pytest.raises(ConfigError, match=r"neither adapter_config\.json nor config\.json"):
        backend(folders, tmp_path)

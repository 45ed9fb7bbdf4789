"""The fine-tuned model may be a whole model: it takes the base model's place in memory."""

import shutil
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model

from evalpkg.errors import ConfigError
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


def test_weights_that_are_the_base_models_are_refused(folders):
    with pytest.raises(ConfigError, match="to the byte"):
        backend(folders, "base").provenance()


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


def test_a_folder_that_is_neither_is_refused(folders, tmp_path):
    with pytest.raises(ConfigError, match=r"neither adapter_config\.json nor config\.json"):
        backend(folders, tmp_path)

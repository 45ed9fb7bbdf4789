"""An adapter that computes what was trained is not refused by what its files alone show."""

import json
from typing import Any

import peft
import pytest
import torch

from evalpkg.errors import DataError
from evalpkg.generation import GenerationSettings, adapter, hub
from evalpkg.generation.foresight import foresee
from tests.unit.generation.generation_tiny import tiny_model
from tests.unit.generation.test_attach import ADAPTERS, trained

TARGETS: dict[str, Any] = {"target_modules": ["q_proj", "v_proj"]}
OTHERS = [
    peft.LoHaConfig(r=2, **TARGETS),
    peft.LoKrConfig(r=2, **TARGETS),
    peft.AdaLoraConfig(init_r=4, target_r=2, total_step=10, **TARGETS),
    peft.IA3Config(feedforward_modules=[], **TARGETS),
    peft.VeraConfig(r=2, target_modules=["q_proj"]),
    peft.VBLoRAConfig(r=2, num_vectors=8, vector_length=4, save_only_topk_weights=True, **TARGETS),
    peft.FourierFTConfig(n_frequency=10, **TARGETS),
    peft.LNTuningConfig(target_modules=["norm"]),
]


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    folder = tmp_path_factory.mktemp("base")
    tiny_model().save_pretrained(folder)
    return hub.ModelFiles(str(folder), folder)


def seen(base, folder):
    settings = GenerationSettings(base_model=base.name, device="cpu")
    return foresee(settings, adapter.locate(str(folder), ""), base, "fn f() {")


@pytest.mark.parametrize("kind", ADAPTERS)
def test_every_way_of_lora_passes(base, tmp_path, kind):
    trained(tmp_path, **ADAPTERS[kind])
    assert seen(base, tmp_path) is None


@pytest.mark.parametrize("config", OTHERS, ids=lambda config: config.peft_type.value)
def test_every_other_kind_of_adapter_passes(base, tmp_path, config):
    torch.manual_seed(3)
    peft.get_peft_model(tiny_model(), config).save_pretrained(tmp_path)
    assert seen(base, tmp_path) is None


def test_what_a_config_alone_does_not_tell_is_left_to_the_loaded_model(tmp_path):
    trained(tmp_path / "adapter")
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "config.json").write_text('{"model_type": "of another release"}')
    base = hub.ModelFiles("base", tmp_path / "base")
    assert seen(base, tmp_path / "adapter") is None


@pytest.mark.parametrize("tokens", ["4", [-1], [1.5], [[1]], 5, {"embed_tokens": None}, [True]])
def test_trained_tokens_that_are_no_numbers_are_named(base, tmp_path, tokens):
    trained(tmp_path, trainable_token_indices=[3])
    path = tmp_path / "adapter_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"trainable_token_indices": tokens}))
    with pytest.raises(DataError, match="no list of token numbers"):
        seen(base, tmp_path)

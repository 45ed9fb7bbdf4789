"""Tensors whose names other trainers wrapped are all used, whatever they are; none is left out."""

import pytest
import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file

from evalpkg.errors import ConfigError
from evalpkg.generation import adapter
from evalpkg.generation.attach import attach
from evalpkg.generation.network import Network
from tests.unit.generation.generation_tiny import tiny_model
from tests.unit.generation.test_attach import ADAPTERS, PROBE, WEIGHTS, renamed, trained

WRAPPED = {
    "data parallel": renamed("base_model.", "module.base_model."),
    "torch.compile": renamed("base_model.model.", "base_model.model._orig_mod."),
    "without the prefix": renamed("base_model.model.", ""),
}
BASE = "base_model.model.model."
ITS_OWN = {
    "a norm": f"{BASE}norm.weight",
    "the embedding": f"{BASE}embed_tokens.weight",
    "a layer that LoRA wraps": f"{BASE}layers.0.self_attn.q_proj.weight",
    "the same by its new name": f"{BASE}layers.0.self_attn.q_proj.base_layer.weight",
}


def logits_of(folder):
    model = tiny_model()
    attached = attach(model, adapter.locate(str(folder), ""), "tiny", PROBE)
    _, logits = Network(model, "sdpa", attached.switch).prompt(PROBE, adapter=True)
    return logits, attached.notes


@pytest.mark.parametrize("kind", ADAPTERS)
@pytest.mark.parametrize("how", WRAPPED)
def test_wrapped_names_are_mended_in_an_adapter_of_every_kind(tmp_path, kind, how):
    expected = trained(tmp_path, **ADAPTERS[kind])
    save_file(WRAPPED[how](load_file(tmp_path / WEIGHTS)), tmp_path / WEIGHTS)
    logits, notes = logits_of(tmp_path)
    assert torch.allclose(logits, expected, atol=1e-4)
    assert any("other names than PEFT gives them" in note for note in notes)


@pytest.mark.parametrize("which", ["trained", "all"])
@pytest.mark.parametrize("kind", ADAPTERS)
def test_names_as_they_are_in_the_model_are_mended(tmp_path, kind, which):
    torch.manual_seed(3)
    config = {"r": 2, "target_modules": ["q_proj"], "init_lora_weights": False}
    config |= {name: value for name, value in ADAPTERS[kind].items() if name != "save"}
    model = get_peft_model(tiny_model(), LoraConfig(**config))
    model.save_pretrained(tmp_path)
    needed = {name for name, weight in model.named_parameters() if weight.requires_grad}
    state = model.state_dict()
    kept = {n: t.clone() for n, t in state.items() if which == "all" or n in needed}
    save_file(kept, tmp_path / WEIGHTS)
    with torch.inference_mode():
        expected = model.eval()(input_ids=torch.tensor([list(PROBE)])).logits[0, -1]
    assert torch.allclose(logits_of(tmp_path)[0], expected, atol=1e-4)


@pytest.mark.parametrize("what", ITS_OWN)
@pytest.mark.parametrize("how", [*WRAPPED, "as PEFT names them"])
def test_a_trained_weight_of_the_base_model_is_not_left_out_of_its_fine_tune(tmp_path, what, how):
    trained(tmp_path)
    shape = tiny_model().get_parameter(
        ITS_OWN[what].removeprefix("base_model.model.").replace(".base_layer", "")
    )
    tensors = load_file(tmp_path / WEIGHTS) | {ITS_OWN[what]: torch.ones_like(shape)}
    save_file(WRAPPED.get(how, lambda same: same)(tensors), tmp_path / WEIGHTS)
    with pytest.raises(ConfigError, match="changes weights of the base model itself"):
        logits_of(tmp_path)


def test_two_values_for_one_layer_are_refused(tmp_path):
    trained(tmp_path, modules_to_save=["lm_head"])
    tensors = load_file(tmp_path / WEIGHTS)
    plain = "base_model.model.lm_head.weight"
    other = "base_model.model.lm_head.modules_to_save.default.weight"
    save_file(tensors | {other: tensors[plain].clone()}, tmp_path / WEIGHTS)
    logits_of(tmp_path)
    save_file(tensors | {other: tensors[plain] + 1}, tmp_path / WEIGHTS)
    with pytest.raises(ConfigError, match=f"fit nowhere in the base model: {other}"):
        logits_of(tmp_path)

"""Decisions about decoding a model: self-test, check of the recording, number of rows."""

from types import SimpleNamespace
from typing import Any

import pytest
import torch

from evalpkg.errors import ConfigError
from evalpkg.generation.graphs import agree
from evalpkg.generation.network import Network
from evalpkg.generation.rows import ON_CPU, auto_rows, fit, token_bytes
from evalpkg.generation.selftest import try_step
from tests.unit.generation.generation_tiny import VOCABULARY, tiny_model


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("kind", ["llama", "gpt2"])
def test_a_model_whose_step_is_right_passes(kind, dtype):
    more: dict[str, Any] = {"n_embd": 32, "n_layer": 2, "n_head": 4} if kind == "gpt2" else {}
    try_step(Network(tiny_model(kind, **more).to(dtype), "sdpa"), VOCABULARY, kind)


def test_a_step_that_says_something_else_is_refused():
    network = Network(tiny_model(), "sdpa")
    step = network.step
    network.step = lambda cache, state, span, *, adapter: step(
        cache, state - torch.tensor([0, 1]), span, adapter=adapter
    )
    with pytest.raises(ConfigError, match="differ from a full pass"):
        try_step(network, VOCABULARY, "tiny")


def test_a_step_that_fails_is_refused_with_its_words():
    network = Network(tiny_model(), "sdpa")

    def fail(*_, **__):
        raise IndexError("no alibi for this mask")

    network.step = fail
    with pytest.raises(ConfigError, match="IndexError: no alibi") as caught:
        try_step(network, VOCABULARY, "tiny")
    assert "openai" in caught.value.cure


def logits():
    torch.manual_seed(0)
    return torch.randn(4, 96).bfloat16() * 8


def test_logits_agree_up_to_a_few_roundings_and_no_further():
    expected = logits()
    assert agree(expected.clone(), expected)
    one_off = expected.clone()
    place = expected[0].argmax()
    one_off[0, place] *= 1 + 2**-7
    assert agree(one_off, expected)
    wrong = expected.clone()
    wrong[2] = wrong[2].roll(1)
    assert not agree(wrong, expected)
    assert not agree(expected * torch.nan, expected)


def test_rows_are_what_the_memory_holds():
    llama = SimpleNamespace(
        num_attention_heads=32, num_key_value_heads=8, hidden_size=4096, num_hidden_layers=32
    )
    per_token = token_bytes(llama, 2)
    assert per_token == 131_072
    assert fit(60 << 30, per_token, 1024) == 256
    assert fit(30 << 30, per_token, 1024) == 128
    assert fit(5 << 30, per_token, 1024) == 32
    assert fit(0, per_token, 1024) == 1
    assert auto_rows(torch.device("cpu"), llama, 2, 1024) == ON_CPU

"""FlashAttention in the decode step; a stand-in of plain torch takes the kernel's place."""

import sys
from types import ModuleType
from typing import Any

import pytest
import torch

from evalpkg.generation.flash import FLASH, flash_attention, lengths_as_mask
from evalpkg.generation.network import Network
from evalpkg.generation.selftest import try_flash, try_step
from evalpkg.generation.slots import PACKED, packed_attention
from tests.unit.generation.generation_tiny import (
    SAMPLER,
    VOCABULARY,
    answers,
    decoder,
    of_many_lengths,
    requests,
    tiny_model,
)
from tests.unit.generation.test_decoding import ARCHITECTURES, SINCE_5


def attend(
    q, k_cache, v_cache, *, cache_seqlens, softmax_scale, causal=False, num_splits=0, read=None
):
    """Do what ``flash_attn_with_kvcache`` documents, and require what it requires."""
    rows, new, heads, size = q.shape
    assert k_cache.shape == v_cache.shape == (rows, k_cache.shape[1], k_cache.shape[2], size)
    assert (new, cache_seqlens.dtype, cache_seqlens.shape) == (1, torch.int32, (rows,))
    assert k_cache.stride(-1) == v_cache.stride(-1) == 1
    assert num_splits == 1
    mixed = []
    for row, length in enumerate(cache_seqlens.tolist()):
        if read is not None:
            read.append(length)
        key, value = (
            cache[row, :length].repeat_interleave(heads // cache.shape[2], 1).float()
            for cache in (k_cache, v_cache)
        )
        scores = torch.einsum("hd,nhd->hn", q[row, 0].float(), key) * softmax_scale
        mixed.append(torch.einsum("hn,nhd->hd", scores.softmax(-1), value)[None])
    return torch.stack(mixed).to(q.dtype)


@pytest.fixture
def kernel(monkeypatch):
    """Put the stand-in where the package would be; tests may change it."""
    package: Any = ModuleType("flash_attn")
    package.flash_attn_with_kvcache = attend
    monkeypatch.setitem(sys.modules, "flash_attn", package)
    return package


def flash_network(model):
    """Make a network that asks for FlashAttention, whose prompts a CPU can compute."""
    network = Network(model, "flash_attention_2")
    prompt = network.prompt

    def on_cpu(ids, *, adapter):
        network.prompt_attention = "sdpa"
        try:
            return prompt(ids, adapter=adapter)
        finally:
            network.prompt_attention = "flash_attention_2"

    network.prompt = on_cpu
    return network


def test_the_call_gives_what_the_packed_products_give(kernel):
    generator = torch.Generator().manual_seed(3)
    query = torch.randn(5, 6, 1, 16, generator=generator)
    key, value = (torch.randn(5, 2, 64, 16, generator=generator) for _ in range(2))
    positions = torch.tensor([0, 3, 17, 40, 63])
    mask = torch.zeros(5, 64).masked_fill(torch.arange(64) > positions[:, None], float("-inf"))
    expected, _ = packed_attention(None, query, key, value, mask[:, None, None], 0.3)
    found, _ = flash_attention(None, query, key, value, lengths_as_mask(positions), 0.3)
    assert found.shape == expected.shape
    assert torch.allclose(found, expected, atol=1e-6)


def test_a_step_reads_each_slot_as_far_as_it_is_filled(kernel):
    read = []
    kernel.flash_attn_with_kvcache = lambda *args, **named: attend(*args, **named, read=read)
    run = decoder(tiny_model(), new=3)
    run.network.decode_attention = FLASH
    asked = requests(prompts=2, samples=1)
    answers(run, asked)
    short, long = (len(request.prompt) for request in asked)
    layers = 2
    assert read[: 8 * layers] == [short + 1, long + 1, *[1] * 6] * layers
    assert read[8 * layers :] == [short + 2, long + 2, *[1] * 6] * layers


@pytest.mark.parametrize("kind", ARCHITECTURES)
def test_a_model_passes_the_trial_and_says_the_same_or_keeps_the_packed_products(kernel, kind):
    changes = dict(ARCHITECTURES[kind])
    if changes.pop("attention", "sdpa") != "sdpa" or kind in SINCE_5:
        pytest.skip("FlashAttention is not its kernel")
    model = tiny_model(kind, **changes)
    expected = answers(decoder(model, new=20), requests(samples=1))
    network = flash_network(model)
    packs = network.decode_attention == PACKED
    assert try_flash(network, VOCABULARY) == ""
    assert network.decode_attention == (FLASH if packs else "sdpa")
    run = decoder(model, new=20)
    run.network.decode_attention = network.decode_attention
    assert answers(run, requests(samples=1)) == expected


@pytest.mark.parametrize("ahead", [False, True])
def test_samples_are_the_same_in_any_company(kernel, ahead):
    model = tiny_model()
    asked, ends = of_many_lengths(model, SAMPLER)
    found = []
    for rows, order in ((3, asked), (16, asked[::-1])):
        run = decoder(model, sampler=SAMPLER, new=30, ends=ends, rows=rows, ahead=ahead)
        run.network.decode_attention = FLASH
        found.append(answers(run, order))
    assert found[0] == found[1]


def off_by_one(q, k_cache, v_cache, *, cache_seqlens, **named):
    return attend(q, k_cache, v_cache, cache_seqlens=cache_seqlens - 1, **named)


def by_the_first_row(q, k_cache, v_cache, **named):
    mixed = attend(q, k_cache, v_cache, **named)
    return mixed * (1 + 1e-6 * named["cache_seqlens"][0])


def broken(*_, **__):
    raise RuntimeError("no kernel image is available for execution on the device")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (off_by_one, "logits differ by"),
        (by_the_first_row, "order of the rows"),
        (broken, "no kernel image"),
    ],
)
def test_a_kernel_that_fails_the_trial_is_not_used(kernel, wrong, words):
    kernel.flash_attn_with_kvcache = wrong
    network = flash_network(tiny_model())
    assert words in try_flash(network, VOCABULARY)
    assert network.decode_attention == PACKED
    try_step(network, VOCABULARY, "tiny")


def test_without_flash_attn_the_trial_falls_back(monkeypatch):
    monkeypatch.setitem(sys.modules, "flash_attn", None)
    network = flash_network(tiny_model())
    assert "flash_attn" in try_flash(network, VOCABULARY)
    assert network.decode_attention == PACKED


def test_it_is_not_tried_where_it_does_not_compute_the_prompts(kernel):
    kernel.flash_attn_with_kvcache = broken
    network = Network(tiny_model(), "sdpa")
    assert try_flash(network, VOCABULARY) == ""
    assert network.decode_attention == PACKED

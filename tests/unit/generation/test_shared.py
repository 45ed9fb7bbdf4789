"""Prompts that are stored once for all their samples, computed by plain torch on a CPU."""

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import DynamicCache

from evalpkg.generation import selftest, shared
from evalpkg.generation.flash import lengths_as_mask
from evalpkg.generation.network import Network
from evalpkg.generation.shared import SHARED, SharedCache, merge, shared_attention
from evalpkg.generation.slots import PACKED
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

COPIES = {
    "nemotron": "the model's layers do not hand the prompts on to their attention",
    "diffllama": "its logits differ by",  # it attends to values in another shape than it stores
}
"""Architectures that fail the trial, and why."""


def sharing(model, **options):
    run = decoder(model, **options)
    run.network.decode_attention = SHARED
    return run


def tried(network, monkeypatch):
    """Try the model as a GPU would, but against the packed products."""
    monkeypatch.setattr(selftest, "FLASH", PACKED)
    return selftest.try_shared(network, VOCABULARY)


def stored(keys, values):
    """Return a prompt as a model leaves it: one layer, (1, heads, length, size)."""
    prefix = DynamicCache()
    prefix.update(keys, values, 0)
    return prefix


@st.composite
def steps(draw):
    """A step: heads, prompts, the prompt of each row, and tokens of each row's answer."""
    key_heads = draw(st.integers(1, 3))
    groups = draw(st.integers(1, 4))
    prompts = draw(st.lists(st.integers(1, 300), min_size=1, max_size=5))
    rows = draw(st.integers(1, 12))
    seen = [draw(st.integers(0, len(prompts) - 1)) for _ in range(rows)]
    answered = [draw(st.integers(1, 20)) for _ in range(rows)]
    return key_heads, groups, prompts, seen, answered


@given(steps(), st.integers(0, 2**32))
def test_it_is_attention_to_prompt_and_answer_together(step, seed):
    key_heads, groups, prompts, seen, answered = step
    torch.manual_seed(seed)
    size, rows = 8, len(seen)
    cache = SharedCache(max(rows, len(prompts)), max(prompts), 20)
    kept = [torch.randn(2, 1, key_heads, length, size) for length in prompts]
    for number, (keys, values) in enumerate(kept):
        cache.fill([row for row in range(rows) if seen[row] == number], stored(keys, values))
    answer = torch.randn(2, cache.rows, key_heads, 20, size)
    query = torch.randn(cache.rows, key_heads * groups, 1, size)
    lengths = torch.tensor(answered + [1] * (cache.rows - rows))
    found, _ = shared_attention(
        SimpleNamespace(layer_idx=0),
        query,
        answer[0],
        answer[1],
        lengths_as_mask(lengths - 1),
        0.4,
        shared_prompts=cache,
    )
    for row in range(rows):
        whole = torch.cat((kept[seen[row]][:, 0], answer[:, row, :, : answered[row]]), 2)
        key, value = whole.repeat_interleave(groups, 1)
        expected = torch.nn.functional.scaled_dot_product_attention(
            query[row], key, value, scale=0.4
        )
        assert torch.allclose(found[row, 0], expected[:, 0], atol=2e-6)


def test_parts_of_very_different_weight_are_merged_without_overflow():
    one, other = torch.full((1, 1, 4), 3.0), torch.full((1, 1, 4), -5.0)
    for gap, expected in ((900.0, 3.0), (-900.0, -5.0), (0.0, -1.0)):
        sums = torch.tensor([[1000.0 + gap]])
        assert merge((one, sums), (other, torch.tensor([[1000.0]]))).unique().tolist() == [expected]


@pytest.mark.parametrize("kind", ARCHITECTURES)
def test_samples_are_token_for_token_those_of_copied_prompts(kind, monkeypatch):
    changes = dict(ARCHITECTURES[kind])
    if changes.pop("attention", "sdpa") != "sdpa" or kind in SINCE_5:
        pytest.skip("it has a kernel of its own")
    model = tiny_model(kind, **changes)
    network = Network(model, "sdpa")
    if network.decode_attention != PACKED:
        pytest.skip("its attention has windows or is not to be exchanged")
    flaw = tried(network, monkeypatch)
    if kind in COPIES:
        assert flaw.startswith(COPIES[kind])
        assert network.decode_attention == PACKED
        return
    assert flaw == ""
    asked = requests(prompts=4, samples=3)
    for ahead in (False, True):
        expected = answers(decoder(model, sampler=SAMPLER, new=20, rows=9), asked)
        run = sharing(model, sampler=SAMPLER, new=20, rows=9, ahead=ahead)
        assert answers(run, asked) == expected


@pytest.mark.parametrize("ahead", [False, True])
def test_samples_are_the_same_in_any_company(ahead, monkeypatch):
    monkeypatch.setattr(shared, "_LEAST_PROMPTS", 2)  # samples wait until a prompt can go
    model = tiny_model()
    asked, ends = of_many_lengths(model, SAMPLER)
    expected = answers(decoder(model, sampler=SAMPLER, new=30, ends=ends), asked)
    assert len({len(ids) for ids, _ in expected.values()}) > 2
    mixed = asked[::5] + asked[1::5] + asked[2::5] + asked[3::5] + asked[4::5]
    for rows, order in ((3, asked), (9, mixed), (16, asked[::-1])):
        run = sharing(model, sampler=SAMPLER, new=30, ends=ends, rows=rows, ahead=ahead)
        assert answers(run, order) == expected


def test_a_prompt_is_stored_once_and_stays_as_long_as_a_row_sees_it():
    prefixes = [stored(*torch.full((2, 1, 1, 3 + n, 8), float(n))) for n in range(4)]
    cache = SharedCache(rows=9, prompt=8, answer=4)
    cache.fill([0, 1, 4], prefixes[1])
    cache.fill([2, 3], prefixes[2])
    cache.fill([5], prefixes[2])
    assert cache.keep([1, 2, 3, 5])
    cache.fill([0, 4], prefixes[3])
    keys, _ = cache.prompts(0)
    assert cache.layer(0)[0].shape == (9, 1, 4, 8)
    assert [keys[n, 0, 0, 0].item() for n in range(3)] == [1, 2, 3]
    places = cache.places
    assert places.order[places.back].tolist() == list(range(9))
    assert places.lengths[:6].tolist() == [6, 4, 5, 5, 6, 5]
    assert places.row_ends.diff().tolist()[1:3] == [3, 2]
    held = [0, 2]
    assert cache.keep(held)
    cache.fill([7], prefixes[1])  # the place of a prompt that no row sees any more
    assert cache.prompts(0)[0][0, 0, 0, 0].item() == 1


def test_no_prompt_fits_while_rows_see_all_that_are_stored():
    cache = SharedCache(rows=2, prompt=8, answer=4)
    for row in range(2):
        cache.fill([row], stored(*torch.zeros(2, 1, 1, 3, 8)))
    assert not cache.keep([0, 1])
    assert cache.keep([1])


def varlen(q, k, v, *, cu_seqlens_q, cu_seqlens_k, max_seqlen_q, max_seqlen_k, **named):
    """Do what ``flash_attn_varlen_func`` documents for pages, and require what it requires."""
    assert named["return_attn_probs"]
    assert named["block_table"].dtype == cu_seqlens_q.dtype == cu_seqlens_k.dtype == torch.int32
    assert q.stride(-1) == k.stride(-1) == v.stride(-1) == named["block_table"].stride(-1) == 1
    assert cu_seqlens_q.is_contiguous()
    assert cu_seqlens_k.is_contiguous()
    assert k.shape[1] % 256 == 0
    assert k.shape[1] == max_seqlen_k
    assert max_seqlen_q > 1
    rows, heads, size = q.shape
    mixed, sums = torch.full((rows, heads, size), torch.nan), torch.full((heads, rows), torch.nan)
    for number, page in enumerate(named["block_table"][:, 0].tolist()):
        some = slice(*cu_seqlens_q[number : number + 2].tolist())
        length = int(cu_seqlens_k[number + 1] - cu_seqlens_k[number])
        key, value = (
            each[page, :length].repeat_interleave(heads // k.shape[2], 1) for each in (k, v)
        )
        scores = torch.einsum("rhd,nhd->hrn", q[some], key) * named["softmax_scale"]
        mixed[some] = torch.einsum("hrn,nhd->rhd", scores.softmax(-1), value)
        sums[:, some] = scores.logsumexp(-1)
    return mixed, sums, None


def with_cache(q, k_cache, v_cache, *, cache_seqlens, softmax_scale, num_splits, **named):
    """Do what ``flash_attn_with_kvcache`` documents."""
    assert (num_splits, cache_seqlens.dtype) == (1, torch.int32)
    assert named == {"return_softmax_lse": True}
    pages = torch.arange(len(q), dtype=torch.int32)[:, None]
    full = [
        torch.nn.functional.pad(each, (0, 0, 0, 0, 0, 256 - each.shape[1]))
        for each in (k_cache, v_cache)
    ]
    mixed, sums, _ = varlen(
        q[:, 0],
        *full,
        cu_seqlens_q=torch.arange(len(q) + 1, dtype=torch.int32),
        cu_seqlens_k=torch.nn.functional.pad(cache_seqlens.cumsum(0), (1, 0)).int(),
        max_seqlen_q=2,
        max_seqlen_k=256,
        softmax_scale=softmax_scale,
        block_table=pages,
        return_attn_probs=True,
    )
    return mixed[:, None], sums.T[..., None]


@pytest.fixture
def kernel(monkeypatch):
    """Put stand-ins where the package would be, and let a CPU call them."""
    package: Any = ModuleType("flash_attn")
    package.flash_attn_varlen_func = varlen
    package.flash_attn_with_kvcache = with_cache
    monkeypatch.setitem(sys.modules, "flash_attn", package)
    monkeypatch.setattr(shared, "PLAIN", shared.BY_FLASH)
    return package


def test_the_calls_of_the_kernels_pass_the_trial_and_give_the_same_samples(kernel, monkeypatch):
    network = Network(tiny_model(), "sdpa")
    assert tried(network, monkeypatch) == ""
    assert network.decode_attention == SHARED
    model = tiny_model()
    asked = requests()
    expected = answers(decoder(model, sampler=SAMPLER), asked)
    assert answers(sharing(model, sampler=SAMPLER, rows=9, ahead=True), asked) == expected


def without_sums(*args, **named):
    mixed, _, _ = varlen(*args, **named)
    return mixed, torch.zeros(1, *mixed.shape[:2]), None


def wrong_sums(*args, **named):
    mixed, sums, rest = varlen(*args, **named)
    return mixed, sums + 1, rest


def by_company(*args, **named):
    mixed, sums, rest = varlen(*args, **named)
    return mixed * (1 + 1e-6 * torch.arange(len(mixed))[:, None, None]), sums, rest


def too_old(*args, **named):
    raise TypeError("flash_attn_varlen_func() got an unexpected keyword argument 'block_table'")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (without_sums, "log-sum-exp of shape"),
        (wrong_sums, "logits differ by"),
        (by_company, "order of the rows"),
        (too_old, "unexpected keyword"),
    ],
)
def test_prompts_are_copied_where_the_kernel_fails_the_trial(kernel, monkeypatch, wrong, words):
    kernel.flash_attn_varlen_func = wrong
    network = Network(tiny_model(), "sdpa")
    assert words in tried(network, monkeypatch)
    assert network.decode_attention == PACKED


def test_prompts_are_copied_where_the_kernel_returns_no_log_sum_exp():
    network = Network(tiny_model(), "sdpa")
    assert "FlashAttention does not compute" in selftest.try_shared(network, VOCABULARY)
    assert network.decode_attention == PACKED

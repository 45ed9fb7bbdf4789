import pytest
import torch
from transformers import DynamicCache

from evalpkg.generation.slots import SlotCache, packed_attention


def inputs(rows, span, dtype, heads=6, key_heads=2, size=16):
    generator = torch.Generator().manual_seed(5)
    query = torch.randn(rows, heads, 1, size, generator=generator).to(dtype)
    key = torch.randn(rows, key_heads, span, size, generator=generator).to(dtype)
    value = torch.randn(rows, key_heads, span, size, generator=generator).to(dtype)
    lengths = torch.randint(1, 60, (rows,), generator=generator)
    return query, key, value, lengths


def attend(query, key, value, lengths):
    seen = torch.arange(key.shape[2]) <= lengths[:, None]
    mask = torch.zeros(seen.shape, dtype=query.dtype)
    mask.masked_fill_(~seen, torch.finfo(query.dtype).min)
    return packed_attention(None, query, key, value, mask[:, None, None])[0]


def test_packed_attention_is_attention():
    query, key, value, lengths = inputs(5, 64, torch.float32)
    found = attend(query, key, value, lengths)
    for row, length in enumerate(lengths.tolist()):
        expected = torch.nn.functional.scaled_dot_product_attention(
            query[row],
            key[row, :, : length + 1].repeat_interleave(3, 0),
            value[row, :, : length + 1].repeat_interleave(3, 0),
        )
        assert torch.allclose(found[row, 0], expected[:, 0], atol=1e-6)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_bits_of_a_row_depend_neither_on_other_rows_nor_on_the_span(dtype):
    query, key, value, lengths = inputs(40, 256, dtype)
    whole = attend(query, key, value, lengths)
    for rows, span in ((slice(0, 8), 256), (slice(11, 28), 128), (slice(0, 40), 64)):
        part = attend(query[rows], key[rows, :, :span], value[rows, :, :span], lengths[rows])
        assert torch.equal(part, whole[rows])


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_scaling_and_masking_in_one_pass_gives_the_bits_of_one_after_the_other(dtype):
    query, key, value, lengths = inputs(12, 64, dtype)
    seen = torch.arange(64) <= lengths[:, None]
    mask = torch.zeros(seen.shape).masked_fill_(~seen, torch.finfo(dtype).min)[:, None, None]
    for scaling in (0.25, 0.0883883):
        products = query.reshape(12, 2, 3, 16) @ key.transpose(2, 3)
        scores = products.float() * scaling + mask
        expected = (scores.softmax(-1).to(dtype) @ value).reshape(12, 1, 6, 16)
        found, _ = packed_attention(None, query, key, value, mask, scaling)
        assert torch.equal(found, expected)


def prefix(length, fill):
    cache = DynamicCache()
    for layer in range(2):
        block = torch.full((1, 2, length, 4), float(fill + layer))
        cache.update(block, block + 0.5, layer)
    return cache


def test_slots_are_filled_grown_and_moved_apart():
    cache = SlotCache(rows=3, capacity=8)
    cache.fill([0, 1], prefix(3, 10))
    cache.fill([2], prefix(5, 20))
    cache.aim(torch.tensor([3, 3, 5]), span=6)
    new = torch.tensor([1.0, 2.0, 3.0])[:, None, None, None].expand(3, 2, 1, 4)
    keys, values = cache.update(new, new + 0.25, 1)
    assert keys.shape == (3, 2, 6, 4)
    assert keys[:, 0, :, 0].tolist() == [
        [11, 11, 11, 1, 0, 0],
        [11, 11, 11, 2, 0, 0],
        [21, 21, 21, 21, 21, 3],
    ]
    assert values[2, 1, 4:, 3].tolist() == [21.5, 3.25]
    cache.move(2, 0, 6)
    cache.aim(torch.tensor([6, 3]), span=8)
    keys, _ = cache.update(new[1:], new[1:], 1)
    assert keys[0, 0, :, 0].tolist() == [21, 21, 21, 21, 21, 3, 2, 0]
    assert keys[1, 0, :4, 0].tolist() == [11, 11, 11, 3]

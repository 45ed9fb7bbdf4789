import math

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from evalpkg.generation.sampling import Sampler, gumbel

GRID = st.integers(-40, 40).map(lambda n: n / 4)  # ties are common, as in bfloat16 logits


def nucleus_by_sorting(logits, temperature, top_p, top_k=0):
    scores = np.asarray(logits, dtype=np.float32).astype(np.float64) / temperature
    if 0 < top_k < len(scores):
        scores = np.where(scores < np.sort(scores)[-top_k], -np.inf, scores)
    mass = np.exp(scores - scores.max())
    mass /= mass.sum()
    order = np.argsort(-mass, kind="stable")
    before = np.cumsum(mass[order]) - mass[order]
    if np.abs(before - top_p).min() < 1e-5:
        return None  # rounding decides: no ruling
    last = mass[order][before < top_p].min()
    return {int(i) for i in np.flatnonzero((mass >= last * (1 - 1e-9)) & (mass > 0))}


def kept(sampler, logits):
    candidates = sampler.candidates(torch.tensor(np.asarray(logits, dtype=np.float32))[None])
    finite = candidates.scores[0] > -math.inf
    return {int(i) for i in candidates.ids[0][finite]}


@given(
    arrays.arrays(np.float32, st.integers(1, 300), elements=GRID),
    st.sampled_from([0.2, 0.7, 1.0, 1.6]),
    st.floats(0.05, 0.999),
    st.sampled_from([0, 1, 5, 50]),
)
@settings(deadline=None)
def test_kept_set_is_the_one_that_sorting_the_vocabulary_gives(logits, temperature, top_p, top_k):
    expected = nucleus_by_sorting(logits, temperature, top_p, top_k)
    assume(expected)
    assert kept(Sampler(temperature, top_p, top_k), logits) == expected


@pytest.mark.parametrize("size", [65, 700, 5000])
def test_flat_distributions_keep_more_tokens_than_the_first_look_takes(size):
    logits = np.linspace(0, 0.5, size)
    sampler = Sampler(1.0, 0.9)
    assert kept(sampler, logits) == nucleus_by_sorting(logits, 1.0, 0.9)
    assert len(kept(sampler, logits)) > 64 * (size > 100)


def test_tokens_as_likely_as_the_last_one_kept_are_kept():
    assert kept(Sampler(1.0, 0.3), [1.0, 1.0, 1.0, 0.0]) == {0, 1, 2}
    assert kept(Sampler(1.0, 0.99, top_k=1), [1.0, 1.0, 0.0]) == {0, 1}


@given(
    arrays.arrays(np.float32, st.integers(2, 200), elements=GRID),
    st.floats(0.1, 0.95),
    st.integers(-(2**63), 2**63 - 1),
    st.integers(0, 5000),
)
@settings(deadline=None)
def test_a_token_outside_the_nucleus_is_never_drawn(logits, top_p, key, step):
    allowed = nucleus_by_sorting(logits, 0.8, top_p)
    assume(allowed)
    sampler = Sampler(0.8, top_p)
    candidates = sampler.candidates(torch.tensor(logits)[None])
    drawn = sampler.draw(candidates, torch.tensor([key] * 8), torch.arange(step, step + 8))
    assert set(drawn.tolist()) <= allowed


@pytest.mark.parametrize("sampler", [Sampler(1.0), Sampler(0.5, 0.9), Sampler(1.3, 1.0, top_k=4)])
def test_draws_follow_the_softmax_of_the_kept_tokens(sampler):
    logits = torch.tensor([[2.0, 1.5, 1.0, 0.5, 0.0, -1.0, -3.0]])
    draws = 40_000
    candidates = sampler.candidates(logits)
    drawn = sampler.draw(candidates, torch.arange(draws), torch.zeros(draws, dtype=torch.int64))
    expected = torch.zeros(7, dtype=torch.float64)
    expected[candidates.ids[0]] = candidates.scores[0].softmax(-1)
    seen = torch.bincount(drawn, minlength=7).double()
    possible = expected > 0
    assert seen[~possible].sum() == 0
    test = stats.chisquare(seen[possible].numpy(), (expected[possible] * draws).numpy())
    assert test.pvalue > 0.001


def test_successive_steps_of_one_sample_are_independent():
    steps = torch.arange(20_001)
    sampler = Sampler(1.0)
    drawn = sampler.draw(sampler.candidates(torch.zeros(1, 3)), torch.full((20_001,), 5), steps)
    table = torch.bincount(drawn[:-1] * 3 + drawn[1:], minlength=9).reshape(3, 3)
    assert stats.chi2_contingency(table.numpy()).pvalue > 0.001


def test_a_draw_does_not_depend_on_row_order_or_company():
    logits = torch.randn(40, 500, generator=torch.Generator().manual_seed(1)) * 2
    keys, steps = torch.arange(40) * 7919, torch.arange(40) % 11
    sampler = Sampler(0.8, 0.95)
    together = sampler.draw(sampler.candidates(logits), keys, steps)
    for rows in (torch.arange(39, -1, -1), torch.tensor([3]), torch.tensor([7, 7, 30])):
        part = sampler.draw(sampler.candidates(logits[rows]), keys[rows], steps[rows])
        assert part.tolist() == together[rows].tolist()


def test_seed_key_step_and_token_all_change_the_noise():
    ids = torch.arange(4)[None]
    noise = gumbel(torch.tensor([1, 1, 2]), torch.tensor([0, 1, 0]), ids)
    assert len(set(noise.flatten().tolist())) == 12


def test_noise_is_splitmix64_as_published():
    mask = (1 << 64) - 1

    def mix(z):
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return z ^ (z >> 31)

    for key, step, token in ((0, 0, 0), (-1, 3, 49151), (2**63 - 1, 511, 128255), (-(2**63), 7, 9)):
        stream = mix((key + (step + 1) * 0x9E3779B97F4A7C15) & mask)
        bits = mix((stream + (token + 1) * 0x9E3779B97F4A7C15) & mask)
        uniform = ((bits >> 12) + 0.5) * 2.0**-52
        found = gumbel(torch.tensor([key]), torch.tensor([step]), torch.tensor([[token]]))
        assert found.item() == pytest.approx(-math.log(-math.log(uniform)), rel=1e-12)


def test_temperature_zero_takes_the_likeliest_token():
    sampler = Sampler(0.0, 0.5, 3)
    candidates = sampler.candidates(torch.tensor([[0.0, 3.0, 1.0], [5.0, 3.0, 1.0]]))
    assert sampler.draw(candidates, torch.arange(2), torch.arange(2)).tolist() == [1, 0]


@pytest.mark.parametrize("sampler", [Sampler(0.0), Sampler(1.0), Sampler(0.7, 0.9)])
def test_logits_that_are_not_numbers_are_reported(sampler):
    logits = torch.tensor([[0.0, 1.0, 2.0], [0.0, math.nan, 1.0]])
    drawn = sampler.draw(sampler.candidates(logits), torch.arange(2), torch.arange(2))
    assert drawn[0] >= 0
    assert drawn[1] == -1

"""The estimator of Chen et al. (2021) against enumeration, and its variance against its law."""

from __future__ import annotations

from itertools import combinations, product
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalpkg.statistics.passk import pass_at_k, sampling_variance


@pytest.mark.parametrize(("n", "c"), [(n, c) for n in range(1, 8) for c in range(n + 1)])
def test_pass_at_k_is_the_share_of_draws_that_hold_a_correct_sample(n, c):
    samples = [i < c for i in range(n)]
    for k in range(1, n + 1):
        draws = [any(draw) for draw in combinations(samples, k)]
        assert pass_at_k(n, c, k) == pytest.approx(sum(draws) / len(draws), abs=1e-15)


@pytest.mark.parametrize(
    ("n", "c", "k"), [(200, 13, 10), (100, 41, 1), (200, 3, 100), (100, 99, 7)]
)
def test_pass_at_k_agrees_with_the_product_form_of_the_paper(n, c, k):
    expected = 1.0 if n - c < k else 1.0 - np.prod(1.0 - k / np.arange(n - c + 1, n + 1))
    assert pass_at_k(n, c, k) == pytest.approx(expected, rel=1e-12)


@given(st.integers(1, 300), st.data())
def test_pass_at_k_grows_with_k_and_with_correct_samples(n, data):
    c = data.draw(st.integers(0, n))
    values = [pass_at_k(n, c, k) for k in range(1, n + 1)]
    assert values == sorted(values)
    assert values[0] == c / n
    assert values[-1] == (1.0 if c else 0.0)
    if c < n:
        assert all(pass_at_k(n, c + 1, k) >= v for k, v in enumerate(values, start=1))


@pytest.mark.parametrize(("n", "c", "k"), [(3, 1, 4), (0, 0, 1), (3, 4, 1), (3, -1, 1), (3, 1, 0)])
def test_pass_at_k_refuses_what_it_cannot_estimate(n, c, k):
    with pytest.raises(ValueError, match="not defined"):
        pass_at_k(n, c, k)


def test_variance_of_pass_at_1_is_the_binomial_one():
    assert sampling_variance(100, 30, 1) == pytest.approx(0.3 * 0.7 / 99, rel=1e-12)


@pytest.mark.parametrize(("n", "k", "p"), [(4, 1, 0.3), (6, 2, 0.2), (7, 3, 0.6), (8, 4, 0.1)])
def test_variance_is_unbiased_where_twice_k_samples_exist(n, k, p):
    """Its expectation over all 2^n outcomes is the true variance of the estimator."""
    outcomes = [(prod(p if hit else 1 - p for hit in o), sum(o)) for o in product((0, 1), repeat=n)]
    mean = sum(w * pass_at_k(n, c, k) for w, c in outcomes)
    true = sum(w * (pass_at_k(n, c, k) - mean) ** 2 for w, c in outcomes)
    assert mean == pytest.approx(1 - (1 - p) ** k, rel=1e-12)
    assert sum(w * sampling_variance(n, c, k) for w, c in outcomes) == pytest.approx(true, rel=1e-9)


@given(st.integers(2, 60), st.data())
def test_variance_is_never_negative_and_with_few_samples_never_zero(n, data):
    c, k = data.draw(st.integers(0, n)), data.draw(st.integers(1, n))
    variance = sampling_variance(n, c, k)
    assert 0.0 <= variance <= 1.0
    if n < 2 * k and n - k < 3:
        assert variance > 0.0

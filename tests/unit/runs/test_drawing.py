"""A random draw proves something about the samples that were not drawn."""

from __future__ import annotations

from math import comb

import pytest

from evalpkg.verify.drawing import Draw, draw, fresh_seed, most_wrong


def at_most(found: int, size: int, population: int, wrong: int) -> float:
    """Probability of ``found`` or fewer wrong ones in a draw, by counting."""
    ways = (comb(wrong, i) * comb(population - wrong, size - i) for i in range(found + 1))
    return sum(ways) / comb(population, size)


@pytest.mark.parametrize(("found", "size", "population"), [(0, 5, 16), (1, 8, 40), (3, 20, 200)])
def test_the_bound_is_exact(found: int, size: int, population: int) -> None:
    most = most_wrong(found, size, population)
    assert at_most(found, size, population, most) > 0.05
    assert at_most(found, size, population, most + 1) <= 0.05


def test_a_draw_says_what_it_proves_and_how_to_repeat_it() -> None:
    assert Draw(50, 10**6, 7).sentence(0) == (
        "0 of 50 wrong: fewer than 5.8 % are, with 95 % confidence "
        "(drawn with seed 7 from 1,000,000)"
    )
    assert "these are all" in Draw(3, 3, 1).sentence(0)
    assert "nothing follows" in Draw(2, 5, 1).sentence(2)
    assert "nothing follows" in Draw(0, 5, 1).sentence(0)


def test_a_seed_repeats_a_draw_and_a_fresh_one_is_never_the_same() -> None:
    items = list(range(1000))
    assert draw(items, 20, 5) == draw(items, 20, 5)
    assert draw(items, 20, 5)[0] != draw(items, 20, 6)[0]
    assert len({fresh_seed() for _ in range(20)}) == 20

"""A random draw from many samples, and the conclusion about all of them."""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

CONFIDENCE = 0.95


def fresh_seed() -> int:
    """Make a seed that nobody can know before, so that a forger cannot avoid the drawn samples."""
    return secrets.randbits(32)


@dataclass(frozen=True, slots=True)
class Draw:
    """The numbers of samples drawn, and of samples to draw from.

    Attributes:
        size: samples drawn, without replacement.
        population: samples that they were drawn from.
        seed: seed with which the draw can be repeated.
    """

    size: int
    population: int
    seed: int

    def sentence(self, wrong: int) -> str:
        """Say what the draw proves if ``wrong`` of its samples are wrong."""
        found = f"{wrong:,} of {self.size:,} wrong"
        repeat = f"drawn with seed {self.seed} from {self.population:,}"
        if self.size and self.size == self.population:
            return f"{found}: these are all samples that can be drawn ({repeat})"
        most = most_wrong(wrong, self.size, self.population) if self.size else self.population
        if most >= self.population:
            return f"{found}: nothing follows for the others ({repeat})"
        share = (most + 1) / self.population
        sure = f"with {100 * CONFIDENCE:.0f} % confidence"
        return f"{found}: fewer than {100 * share:.1f} % are, {sure} ({repeat})"


def draw(items: Sequence[T], size: int, seed: int) -> tuple[list[T], Draw]:
    """Draw ``size`` different items at random; return them and the record of the draw."""
    size = min(size, len(items))
    drawn = random.Random(seed).sample(items, size)  # noqa: S311 - repeatable, its seed is fresh
    return drawn, Draw(size, len(items), seed)


def most_wrong(wrong: int, size: int, population: int) -> int:
    """Compute the largest number of wrong samples in ``population`` that a draw does not exclude.

    The bound is exact and one-sided. With more wrong samples, ``wrong`` or fewer among ``size``
    drawn without replacement would have a probability of at most ``1 - CONFIDENCE``
    (hypergeometric; for an infinite population the bound of Clopper and Pearson, 1934).

    >>> most_wrong(0, 50, 10**6) / 10**6
    0.058153
    """
    from scipy.stats import hypergeom

    low, high = wrong, population - (size - wrong)  # there are at least, and at most, so many
    while low < high:
        middle = (low + high + 1) // 2
        if hypergeom.cdf(wrong, population, middle, size) > 1 - CONFIDENCE:
            low = middle
        else:
            high = middle - 1
    return low

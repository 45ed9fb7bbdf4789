"""A population of tasks whose mean effect is known exactly, for studies of the statistics.

A task's pass probability under the base model is ``p ~ Beta(alpha, beta)``. The fine-tuned model
loses a share ``L`` of what the base model solves and gains a share ``G`` of what it does not:
``q = p (1 - L) + (1 - p) G``. With ``L``, ``G`` independent of ``p`` the mean difference is
``E[q - p] = (1 - E[p]) E[G] - E[p] E[L]``, which is solved for ``E[G]``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Population:
    """The joint law of one task's two pass probabilities.

    Attributes:
        alpha, beta: shape of the base model's difficulty; below 1 most tasks are easy or hopeless.
        effect: mean of fine-tuned minus base, exactly.
        loss: mean share of the base model's successes that fine-tuning destroys.
        concentration: how alike tasks are in what they gain and lose; higher is more alike.
        together: probability that a task behaves as the rest of its cluster does.
    """

    alpha: float = 0.5
    beta: float = 0.7
    effect: float = 0.05
    loss: float = 0.08
    concentration: float = 3.0
    together: float = 0.8

    @property
    def base_mean(self) -> float:
        """Expected pass@1 of the base model."""
        return self.alpha / (self.alpha + self.beta)

    @property
    def gain(self) -> float:
        """Mean share of the base model's failures that fine-tuning repairs."""
        gain = (self.effect + self.base_mean * self.loss) / (1.0 - self.base_mean)
        if not 0.0 < gain < 1.0:
            raise ValueError(f"effect {self.effect} needs a mean gain of {gain:.3f}, not in (0, 1)")
        return gain

    def draw(self, rng: np.random.Generator, clusters: Ints) -> tuple[Floats, Floats]:
        """Pass probabilities ``(base, fine-tuned)`` of one task per entry of ``clusters``.

        Args:
            rng: source of the draw.
            clusters: cluster index of each task, shape ``(T,)``, values ``0..C-1``.
        """
        own = self._triples(rng, clusters.size)
        shared = self._triples(rng, int(clusters.max()) + 1)[clusters]
        joined = rng.random(clusters.size) < self.together
        p, lost, gained = np.where(joined[:, None], shared, own).T
        return p, p * (1.0 - lost) + (1.0 - p) * gained

    def _triples(self, rng: np.random.Generator, count: int) -> Floats:
        k = self.concentration
        shapes = [(self.alpha, self.beta)]
        shapes += [(mean * k, (1.0 - mean) * k) for mean in (self.loss, self.gain)]
        return np.stack([rng.beta(a, b, count) for a, b in shapes], axis=1)


def cluster_sizes(tasks: int) -> list[int]:
    """Cluster sizes like the data set's: mostly single tasks, some of three, one of six."""
    sizes = [6] if tasks >= 36 else []
    sizes += [3] * (tasks // 18)
    return sizes + [1] * (tasks - sum(sizes))


def cluster_index(tasks: int) -> Ints:
    """Cluster of each of ``tasks`` tasks, as integers ``0..C-1``."""
    sizes = cluster_sizes(tasks)
    return np.repeat(np.arange(len(sizes)), sizes)

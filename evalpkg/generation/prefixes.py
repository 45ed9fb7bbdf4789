"""The computation that all samples of a prompt share."""

from __future__ import annotations

from transformers import DynamicCache

from evalpkg.generation.network import Network
from evalpkg.generation.sampling import Candidates, Sampler


class LastPrompt:
    """Keeps the keys, values and first candidates of the prompt computed last."""

    def __init__(self, network: Network, sampler: Sampler, adapter: bool) -> None:
        self._network = network
        self._sampler = sampler
        self._adapter = adapter
        self._ids: tuple[int, ...] = ()
        self._state: tuple[DynamicCache, Candidates] | None = None

    def of(self, ids: tuple[int, ...]) -> tuple[DynamicCache, Candidates]:
        """Return the keys and values of ``ids``, and the candidates for the token after them.

        The candidates are on the CPU, where drawing from them waits for no device.
        """
        if self._state is None or ids != self._ids:
            cache, logits = self._network.prompt(ids, adapter=self._adapter)
            self._ids, self._state = ids, (cache, self._sampler.candidates(logits).on_cpu())
        return self._state

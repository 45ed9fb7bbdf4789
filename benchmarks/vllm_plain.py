"""vLLM with its own sampler, as ``benchmarks.generation`` compares it. Runs in vLLM's environment.

Reads JSON lines: first the arguments of its engine, then jobs (``prompts``, ``sampling``); answers
each with the number of tokens it made.
"""

from __future__ import annotations

import json
import os
import sys


def main() -> None:
    """Answer until the input ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    from vllm import LLM, SamplingParams

    engine = LLM(**json.loads(sys.stdin.readline()))
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        job = json.loads(line)
        prompts = [{"prompt_token_ids": ids} for ids in job["prompts"]]
        params = SamplingParams(detokenize=False, **job["sampling"])
        made = engine.generate(prompts, params, use_tqdm=False)
        print(sum(len(one.outputs[0].token_ids) for one in made), file=answers, flush=True)


if __name__ == "__main__":
    main()

"""Settings of sampling: number of samples, randomness, lengths and the prompt."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from evalpkg.config.options.setting import Options, setting
from evalpkg.config.values import Count, OneOf, Stops, Text
from evalpkg.generation import TEMPLATES, GenerationSettings

DEFAULTS = GenerationSettings()


class SamplingOptions(Options):
    """Settings of sampling: number of samples, randomness, lengths and the prompt."""

    num_samples: Annotated[int, Field(ge=1, le=100_000)] = setting(
        100, "completions per task and model, or 'auto'", "Sampling"
    )
    temperature: Annotated[float, Field(ge=0)] = setting(
        DEFAULTS.temperature, "sampling temperature; 0 is greedy", "Sampling"
    )
    top_p: Annotated[float, Field(gt=0, le=1)] = setting(
        DEFAULTS.top_p,
        "nucleus sampling: only the likeliest tokens with this total probability",
        "Sampling",
    )
    top_k: Annotated[int, Field(ge=0)] = setting(
        DEFAULTS.top_k, "only the k likeliest tokens; 0 is off", "Sampling"
    )
    max_new_tokens: Count = setting(
        DEFAULTS.max_new_tokens, "longest completion, in tokens", "Sampling"
    )
    seed: Annotated[int, Field(ge=0)] = setting(
        DEFAULTS.seed,
        "seed; each sample has its own random stream from seed, task and index",
        "Sampling",
    )
    batch_size: Count | None = setting(
        DEFAULTS.batch_size,
        "samples decoded in parallel; default: 32 on a CPU, on a GPU as many as fit into its "
        "memory, up to 256. On a CPU it changes only the speed. On a GPU it can change rounding "
        "and so a token; the size used is recorded",
        "Sampling",
        identity=False,
    )
    prompt_template: Annotated[Text, OneOf(TEMPLATES)] = setting(
        DEFAULTS.prompt_template,
        f"template of the prompt: {', '.join(TEMPLATES)}",
        "Sampling",
    )
    raw_completion: bool = setting(
        False, "send the prompt as plain text to continue, without a chat template", "Sampling"
    )
    stop: Stops = setting(
        (),
        r"stop strings, separated by commas; \n is a line break, \x2c a comma",
        "Sampling",
    )

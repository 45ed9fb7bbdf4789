"""How a model is asked: how often, how randomly, in which words."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from evalpkg.config.options.setting import setting
from evalpkg.config.values import Count, OneOf, Stops, Text
from evalpkg.generation import GenerationSettings
from evalpkg.generation.prompts import TEMPLATES

DEFAULTS = GenerationSettings()


class SamplingOptions(BaseModel):
    """How often a model is asked, and how its tokens are drawn."""

    num_samples: Annotated[int, Field(ge=1, le=100_000)] = setting(
        100, "completions per task and model, or 'auto'", "Sampling"
    )
    temperature: Annotated[float, Field(ge=0)] = setting(
        DEFAULTS.temperature, "0 is greedy", "Sampling"
    )
    top_p: Annotated[float, Field(gt=0, le=1)] = setting(
        DEFAULTS.top_p,
        "nucleus: sample from the likeliest tokens that hold this much",
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
        "every sample draws from a stream keyed by this, task and index",
        "Sampling",
    )
    batch_size: Count | None = setting(
        DEFAULTS.batch_size,
        "samples decoded at once; default: 32 on a CPU, on a GPU what its memory holds, up to "
        "256. On a CPU it changes the speed alone; on a GPU it can change a last bit, and so a "
        "token: the number used is recorded",
        "Sampling",
        identity=False,
    )
    prompt_template: Annotated[Text, OneOf(TEMPLATES)] = setting(
        DEFAULTS.prompt_template,
        f"how a task is put to the model: {', '.join(TEMPLATES)}",
        "Sampling",
    )
    raw_completion: bool = setting(
        False, "send the prompt as bare text to continue, without a chat template", "Sampling"
    )
    stop: Stops = setting(
        (),
        r"texts that end an answer, separated by commas; \n is a line break, \x2c a comma",
        "Sampling",
    )

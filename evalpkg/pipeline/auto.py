"""``--num-samples auto``: draws samples in rounds, until more would hardly narrow the interval.

The rule looks at the *width* of the interval, never at the difference or its p-value. Stopping as
soon as a difference is significant would find one far too often.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from evalpkg.config import EvalConfig
from evalpkg.errors import ConfigError
from evalpkg.pipeline.run import RunOutcome, run_evaluation
from evalpkg.pipeline.workshop import Workshop
from evalpkg.statistics import Metrics, enough, rounds
from evalpkg.store import RunLayout, read_json


def beyond_reach(k_values: Sequence[int], samples: int) -> str:
    """Name each pass@k that needs more than ``samples`` per task; empty if none does.

    >>> beyond_reach((1, 10, 100), 4)
    'pass@10, pass@100'
    """
    return ", ".join(f"pass@{k}" for k in k_values if k > samples)


def run_in_rounds(config: EvalConfig, say: Callable[[str], None]) -> RunOutcome:
    """Evaluate round by round, with more samples per task in each.

    Args:
        config: configuration of the run; its number of samples is the ceiling.
        say: gets one line about each round.

    Raises:
        ConfigError: if the run has no difference in pass@1, whose interval decides.
        DataError, EnvironmentUnfitError, GateError: as ``run_evaluation``.
    """
    _require_pass_at_1(config)
    layout = RunLayout(config.output_dir)
    begun = int(read_json(layout.config).get("num_samples", 0)) if layout.config.exists() else 0
    steps = [samples for samples in rounds(config.num_samples) if samples >= begun]
    steps = steps or [max(begun, config.num_samples)]
    if beyond := beyond_reach(config.k_values, steps[0]):
        say(f"{beyond} will be n/a where the run stops before that many samples per task")
    with Workshop() as shop:
        for number, samples in enumerate(steps, start=1):
            say(f"round {number}: {samples} samples per task")
            outcome = run_evaluation(config.model_copy(update={"num_samples": samples}), shop)
            if not outcome.coverage.complete:
                return outcome
            why = _enough(layout, config)
            if why or samples == steps[-1]:
                say(f"stopped at {samples} samples per task: {why or 'the ceiling is reached'}")
                return outcome
    raise AssertionError("there is a last round")


def _enough(layout: RunLayout, config: EvalConfig) -> str:
    """Return why the primary endpoint, pass@1 of the first mode, needs no further round."""
    metrics = Metrics.model_validate_json(layout.metrics(config.modes[0]).read_bytes())
    return enough(metrics, config.noise_share, config.precision)


def _require_pass_at_1(config: EvalConfig) -> None:
    if len(config.roles) < 2 or 1 not in config.k_values:
        raise ConfigError(
            "--num-samples auto looks at the interval of the difference in pass@1, and this run"
            " has none",
            "Run both models with 1 among --k-values, or name a number of samples.",
        )
    if config.shard:
        raise ConfigError(
            "--num-samples auto needs the whole run, and --shard makes a part of it",
            "Name a number of samples for runs on several hosts.",
        )

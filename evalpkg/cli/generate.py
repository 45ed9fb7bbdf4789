"""``evalpkg generate``: the completions of both models, and nothing else."""

from __future__ import annotations

import click

from evalpkg.cli.options import config_command
from evalpkg.config import EvalConfig


@config_command(
    "Models",
    "Other backends",
    "Pool of workers",
    "Sampling",
    "Tasks",
    "Scoring",
    "Run",
    name="generate",
)
def command(config: EvalConfig) -> int:
    r"""Write the completions of both models, and nothing else.

    Takes the options of 'evalpkg run': the same command with 'run' continues in the same
    directory. The samples are in DIR/work/samples.jsonl, which 'evalpkg score' reads.

    \b
    Examples:
      evalpkg generate --base-model embedded --skip-finetuned --limit 8 --num-samples 4
      evalpkg score humaneval_results/work/samples.jsonl --output-dir scored
    """
    from evalpkg.cli.outcome import show_gaps
    from evalpkg.pipeline.run import generate_only

    outcome = generate_only(config)
    click.echo(f"{outcome.generated:,} samples generated: {outcome.layout.samples_log}")
    return show_gaps(outcome.coverage)

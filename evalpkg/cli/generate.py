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
    several="checkpoint_path",
    name="generate",
)
def command(config: EvalConfig, *, several: tuple[str, ...]) -> int:
    r"""Write the completions of both models, and nothing else.

    Takes the options of 'evalpkg run': the same command with 'run' continues in the same
    directory. The samples are in DIR/work/samples.jsonl, which 'evalpkg score' reads.
    Several --checkpoint-path give a directory each in DIR, as with 'run'.

    \b
    Examples:
      evalpkg generate --base-model embedded --skip-finetuned --limit 8 --num-samples 4
      evalpkg score humaneval_results/work/samples.jsonl --output-dir scored
    """
    from evalpkg.cli.outcome import show_gaps
    from evalpkg.pipeline.run import generate_only

    if len(several) < 2:
        outcomes = [generate_only(config)]
    else:
        from evalpkg.pipeline.checkpoints import each_checkpoint

        outcomes = each_checkpoint(
            config, several, generate_only, lambda text: click.echo(text, err=True)
        )
    for outcome in outcomes:
        click.echo(f"{outcome.generated:,} samples generated: {outcome.layout.samples_log}")
    return max(show_gaps(outcome.coverage) for outcome in outcomes)

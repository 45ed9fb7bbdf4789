"""``evalpkg run``: the whole evaluation."""

from __future__ import annotations

import click

from evalpkg.cli.options import config_command
from evalpkg.config import EvalConfig
from evalpkg.errors import ExitCode


@config_command(
    *("Models", "Other backends", "Pool of workers", "Sampling", "Tasks", "Scoring", "Run"),
    several="checkpoint_path",
    name="run",
)
@click.option(
    "--check-config",
    is_flag=True,
    help="Only check the settings and the output directory, as a run would. Nothing is written or "
    "started.",
)
@click.option(
    "--check-models",
    is_flag=True,
    help="With --check-config: also ask the hub whether it has the models, and print the commits "
    "of their revisions as JSON.",
)
def command(
    config: EvalConfig, *, check_config: bool, check_models: bool, several: tuple[str, ...]
) -> int:
    r"""Evaluate a base model and its fine-tune: generate, judge, report.

    Everything is kept in the output directory. Give the same command again to resume a
    run that was interrupted: nothing is generated or judged twice. A finished run can be
    extended in the same way: with more samples, more tasks, other k or other modes, only
    the missing parts are made.

    \b
    Examples:
      # the small embedded model and its adapter, 8 tasks: minutes on a laptop
      evalpkg run --base-model embedded --checkpoint-path embedded \
          --limit 8 --num-samples 4 --k-values 1,4
      # stubs against the data set's own solutions: a test of the whole pipeline
      evalpkg run --backend replay --replay-base stub --replay-finetuned canonical \
          --num-samples 1 --k-values 1 --output-dir sound
      # as many samples as the answer needs, at most 100 per task
      evalpkg run --base-model embedded --checkpoint-path embedded --num-samples auto
      # several checkpoints of one base model (sampled once): a directory for each with
      # its paired difference from the base, and comparison.html. In a file of settings:
      # checkpoint_path: [tune/checkpoint-100, tune/checkpoint-200]
      evalpkg run --base-model BASE --checkpoint-path tune/checkpoint-100 \
          --checkpoint-path tune/checkpoint-200 --output-dir tuned
      # can these settings be used? exits with 0, or with 2 and the reason
      evalpkg run -c evaluation.yaml --check-config
      # settings in a file, one of them overridden
      evalpkg run -c evaluation.yaml --seed 7
    """
    if check_config:
        _check_config(config, several)
        click.echo(
            f"The settings can be used: {config.num_samples} samples a task, "
            f"backend {config.backend}, k {','.join(map(str, config.k_values))}."
        )
        if check_models:
            _show_commits(config, several)
        return ExitCode.OK
    from evalpkg.cli.outcome import show_outcome
    from evalpkg.pipeline.auto import beyond_reach, run_in_rounds
    from evalpkg.pipeline.run import RunOutcome, run_evaluation

    def say(text: str) -> None:
        click.echo(text, err=True)

    def run(one: EvalConfig) -> RunOutcome:
        return run_in_rounds(one, say) if one.auto_samples else run_evaluation(one)

    beyond = beyond_reach(config.k_values, config.num_samples)
    if beyond and not config.auto_samples:
        say(f"{beyond} will be n/a with --num-samples {config.num_samples}")
    if len(several) < 2:
        return show_outcome(run(config))
    from evalpkg.pipeline.checkpoints import run_checkpoints

    return max(map(show_outcome, run_checkpoints(config, several, run, say)))


def _check_config(config: EvalConfig, several: tuple[str, ...]) -> None:
    """Refuse settings and an output directory that a run would refuse."""
    from evalpkg.store import RunLayout, require_own_folder, require_own_folders

    if len(several) < 2:
        require_own_folder(RunLayout(config.output_dir))
        return
    from evalpkg.pipeline.checkpoints import check_checkpoints, folder_names

    check_checkpoints(config, several)
    require_own_folders(config.output_dir, folder_names(several))


def _show_commits(config: EvalConfig, checkpoints: tuple[str, ...]) -> None:
    """Print the models' commits as the last line; it is no error if the hub does not answer."""
    import json

    from evalpkg.fleet.commits import HubSilentError, model_commits

    try:
        found = model_commits(config, checkpoints)
    except HubSilentError as error:
        click.echo(f"note: the models were not looked up: {error}", err=True)
        found = {}
    click.echo(json.dumps(found))

"""Several fine-tuned models of one base model: a run for each, and a comparison of all."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from evalpkg.config import EvalConfig
from evalpkg.errors import ConfigError
from evalpkg.generation import LOADING, check_checkpoint
from evalpkg.pipeline.run import RunOutcome
from evalpkg.pipeline.stage_settings import generation_settings
from evalpkg.store import RunLayout, require_own_folders


def run_checkpoints(
    config: EvalConfig,
    checkpoints: Sequence[str],
    run: Callable[[EvalConfig], RunOutcome],
    say: Callable[[str], None],
) -> list[RunOutcome]:
    """Evaluate each checkpoint in a directory of its own, and compare all.

    ``comparison.html`` and ``comparison.md`` in the output directory put them side by side. The
    arguments, errors and outcomes are those of ``each_checkpoint``.
    """
    from evalpkg.reporting import compare_runs

    outcomes = each_checkpoint(config, checkpoints, run, say)
    finished = len(outcomes) == len(checkpoints) and outcomes[-1].coverage.complete
    if finished and config.shard is None:
        compare_runs([outcome.layout.root for outcome in outcomes], config.output_dir)
        say(f"comparison: {config.output_dir / 'comparison.html'}")
    return outcomes


def each_checkpoint(
    config: EvalConfig,
    checkpoints: Sequence[str],
    run: Callable[[EvalConfig], RunOutcome],
    say: Callable[[str], None],
) -> list[RunOutcome]:
    """Work on each checkpoint in a directory of its own, with the base model's samples made once.

    Args:
        config: settings of all runs; their directories lie in its output directory.
        checkpoints: values of ``checkpoint_path``.
        run: works on one configuration.
        say: called with one line about each checkpoint.

    Returns:
        an outcome for each checkpoint, up to the first that is not complete.

    Raises:
        ConfigError: if two checkpoints are the same, the settings allow only one, or the output
            directory holds something else.
        EvalError: if the files of any checkpoint show that it cannot be used.
    """
    check_checkpoints(config, checkpoints)
    require_own_folders(config.output_dir, folder_names(checkpoints))
    folders = [config.output_dir / name for name in folder_names(checkpoints)]
    if not config.cluster:  # its nodes have the files and the packages, and this process need not
        for checkpoint, folder in zip(checkpoints, folders, strict=True):
            _check_files(config, checkpoint, folder)
    outcomes: list[RunOutcome] = []
    for checkpoint, folder in zip(checkpoints, folders, strict=True):
        say(f"checkpoint {checkpoint}: {folder}")
        own: dict[str, object] = {"checkpoint_path": checkpoint, "output_dir": folder}
        if outcomes and not config.skip_base:
            own["reuse_base"] = folders[0]
        outcomes.append(run(config.model_copy(update=own)))
        if not outcomes[-1].coverage.complete:
            break
    return outcomes


def _check_files(config: EvalConfig, checkpoint: str, folder: Path) -> None:
    """Refuse a checkpoint on this machine that its run, hours later, would refuse."""
    if Path(checkpoint).is_dir() and not RunLayout(folder).manifest.exists():
        check_checkpoint(
            generation_settings(config.model_copy(update={"checkpoint_path": checkpoint}))
        )


def check_checkpoints(config: EvalConfig, checkpoints: Sequence[str]) -> None:
    """Refuse several checkpoints that this run could not compare.

    Raises:
        ConfigError: if two checkpoints are the same, or the settings allow only one.
    """
    if config.skip_finetuned or config.backend not in LOADING:
        raise ConfigError(
            "several --checkpoint-path are given, but this run would load none of them",
            f"They need --backend {' or '.join(LOADING)}, without --skip-finetuned.",
        )
    folder_names(checkpoints)


def folder_names(checkpoints: Sequence[str]) -> list[str]:
    """Name a folder for each checkpoint, by the last parts of its path that differ.

    >>> folder_names(["run/checkpoint-100", "run/checkpoint-200/"])
    ['checkpoint-100', 'checkpoint-200']
    >>> folder_names(["a/final", "b/final"])
    ['a-final', 'b-final']

    Raises:
        ConfigError: if two checkpoints are the same.
    """
    parts = [[part for part in Path(name).parts if part not in ("/", ".")] for name in checkpoints]
    for depth in range(1, 1 + max(map(len, parts))):
        names = ["-".join(own[-depth:]) for own in parts]
        names = [re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".-") or "model" for name in names]
        if len(set(names)) == len(names):
            return names
    raise ConfigError(
        f"two of {len(checkpoints)} checkpoints are the same: {', '.join(checkpoints)}",
        "Name each --checkpoint-path once.",
    )

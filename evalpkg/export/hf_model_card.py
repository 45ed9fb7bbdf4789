"""``README.md``: a model card whose ``model-index`` the Hugging Face Hub reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from evalpkg.export.tables import clean, model_name, settings_of
from evalpkg.models import Mode, Role
from evalpkg.reporting.run_files import RunFiles
from evalpkg.reporting.view.origin import (
    dataset_title,
    limits_line,
    sampling_line,
    subset_note,
)
from evalpkg.reporting.view.provenance import warnings
from evalpkg.statistics import PassAtK

SAMPLING = ("temperature", "top_p", "top_k", "max_new_tokens")


def write(run: RunFiles, target: Path) -> list[Path]:
    """Write the card, and return its path."""
    index = [_model(run, role) for role in reversed(run.roles)]
    head = yaml.safe_dump({"model-index": index}, sort_keys=False, allow_unicode=True)
    path = target / "README.md"
    path.write_text(f"---\n{head}---\n\n{_text(run)}", encoding="utf-8")
    return [path]


def _model(run: RunFiles, role: Role) -> dict[str, Any]:
    """Describe one model for the index. The Hub shows the first; the base model comes second."""
    settings = settings_of(run)
    kept = ("tasks", "dataset_variant", "dataset_sha256", "rustc", "prompt_template", *SAMPLING)
    return {
        "name": clean(model_name(run, role)),
        "results": [
            {
                "task": {"type": "text-generation", "name": f"Rust programs, {mode.value}"},
                "dataset": {
                    "name": clean(dataset_title(run.metadata, run.tasks)),
                    "type": clean(str(settings.get("dataset", "unknown"))),
                    "config": mode.value,
                    "args": {name: settings[name] for name in kept if name in settings},
                },
                "metrics": [
                    metric
                    for estimate in metrics.roles[role].pass_at_k
                    if estimate.value is not None
                    for metric in _metrics(estimate, metrics.roles[role].samples_per_task)
                ],
            }
            for mode, metrics in run.metrics.items()
        ],
    }


def _metrics(estimate: PassAtK, samples: int) -> list[dict[str, Any]]:
    """List a value and, as a metric of its own, its standard error: the Hub has no field for it."""
    interval = estimate.new_tasks
    name = f"pass@{estimate.k}"
    args: dict[str, Any] = {"k": estimate.k, "samples_per_task": samples}
    if estimate.standard_error is not None:
        args["stderr"] = estimate.standard_error
    if interval is not None:
        args["confidence_interval"] = [interval.low, interval.high]
    found = [{"type": name, "name": name, "value": estimate.value, "args": args}]
    if estimate.standard_error is not None:
        error = f"{name}_stderr"
        found.append({"type": error, "name": error, "value": estimate.standard_error})
    return found


def _text(run: RunFiles) -> str:
    """Write the card's text: origin, warnings, results of each model, and the comparison."""
    part = subset_note(run.metadata)
    lines = [
        "# Evaluation",
        "",
        f"- Data set: {dataset_title(run.metadata, run.tasks)}",
        *([f"- Only part of the data set: {part}"] if part else []),
        f"- Sampling: {sampling_line(run.metadata)}",
        f"- Limits of a program: {limits_line(run.metadata)}",
        "",
    ]
    found = warnings(run.metadata, run.metrics)
    if found:
        lines += ["## Before you believe these numbers", "", *(f"- {text}" for text in found), ""]
    for mode, metrics in run.metrics.items():
        lines += [f"## {_title(mode)}", ""]
        for role, own in metrics.roles.items():
            passes = ", ".join(
                f"pass@{one.k} {one.value:.1%}" for one in own.pass_at_k if one.value is not None
            )
            lines.append(f"- {role.value}: {passes or 'n/a'}")
        if metrics.comparison is not None:
            lines += ["", *(one.sentence for one in metrics.comparison.pass_at_k)]
        lines.append("")
    return clean("\n".join(lines))


def _title(mode: Mode) -> str:
    return "With policy" if mode is Mode.POLICY else "Without policy"

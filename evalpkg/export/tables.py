"""A run as two flat tables: one line for each sample, one for each number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from evalpkg.models import Mode, Role, Row
from evalpkg.reporting.run_files import RunFiles
from evalpkg.reporting.view.origin import subset_note
from evalpkg.statistics import Difference, Estimate

Line = dict[str, Any]

TEXTS = ("completion", "source", "detail")
"""Columns with text that a model wrote, or that quotes it."""

_LONE = re.compile("[\ud800-\udfff]")


def clean(text: str) -> str:
    """Replace lone surrogates, which have no UTF-8 form."""
    return _LONE.sub("\ufffd", text)


def model_name(run: RunFiles, role: Role) -> str:
    """Return the model's adapter, else its name, else its role."""
    model = run.metadata.models.get(role) if run.metadata else None
    return (model.adapter or model.name) if model else role.value


def tokens_known(row: Row) -> bool:
    """Tell whether the source of the sample counted its tokens; a prompt has at least one."""
    return row.prompt_tokens > 0 or row.completion_tokens > 0


def row_lines(run: RunFiles) -> Iterator[Line]:
    """Yield one line per sample, in the order of the run's rows."""
    for role, rows in run.rows.items():
        passed = [run.passed[mode][role] for mode in run.modes]
        for number, row in enumerate(rows):
            views = zip(run.modes, passed, strict=True)
            yield _row_line(role, row, {mode: flags[number] for mode, flags in views})


def _row_line(role: Role, row: Row, passed: dict[Mode, bool]) -> Line:
    return {
        "model": role.value,
        "task_id": clean(row.task_id),
        "index": row.index,
        "verdict": row.verdict.value,
        **{f"passed_{mode.value.replace('-', '_')}": flag for mode, flag in passed.items()},
        "compile_ok": row.compile_ok,
        "error_code": row.error_code,
        "policy_violations": " ".join(row.policy_violations),
        "extraction_rule": row.extraction_rule,
        "finish_reason": clean(row.finish_reason),
        "prompt_tokens": row.prompt_tokens if tokens_known(row) else None,
        "completion_tokens": row.completion_tokens if tokens_known(row) else None,
        "program_sha256": row.program_sha256,
        "completion": clean(row.completion),
        "source": None if row.source is None else clean(row.source),
        "detail": clean(row.detail),
    }


def metric_lines(run: RunFiles) -> Iterator[Line]:
    """Yield one line per estimate and per difference; rates are fractions between 0 and 1."""
    for mode, metrics in run.metrics.items():
        for role, own in metrics.roles.items():
            for name, estimate in role_estimates(run, mode, role):
                yield _metric_line(mode, role.value, name, estimate)
            for share in own.verdicts:
                yield _metric_line(mode, role.value, f"verdict_{share.kind.value}", share.share)
        for name, difference in differences(run, mode):
            yield _metric_line(mode, "difference", name, difference)


def role_estimates(run: RunFiles, mode: Mode, role: Role) -> Iterator[tuple[str, Estimate]]:
    """Yield name and value of each estimate for one model, except the shares of verdicts."""
    own = run.metrics[mode].roles[role]
    for at_k in own.pass_at_k:
        yield f"pass@{at_k.k}", at_k
    yield "compile_rate", own.compile_rate
    yield "main_free_rate", own.main_free_rate
    yield "ended_by_length", own.answers.ended_by_length
    yield "empty", own.answers.empty
    yield "distinct_programs", own.answers.distinct_programs


def differences(run: RunFiles, mode: Mode) -> Iterator[tuple[str, Difference]]:
    """Yield name and value of each difference, fine-tuned minus base."""
    compared = run.metrics[mode].comparison
    if compared is None:
        return
    for at_k in compared.pass_at_k:
        yield f"pass@{at_k.k}", at_k
    yield "compile_rate", compared.compile_rate
    yield "main_free_rate", compared.main_free_rate
    yield "ended_by_length", compared.ended_by_length
    yield "empty", compared.empty
    yield "distinct_programs", compared.distinct_programs


def _metric_line(mode: Mode, model: str, name: str, number: Estimate | Difference) -> Line:
    interval = number.new_tasks
    return {
        "mode": mode.value,
        "model": model,
        "metric": name,
        "value": number.value,
        "standard_error": number.standard_error,
        "low": interval.low if interval else None,
        "high": interval.high if interval else None,
        "p_value": number.p_value if isinstance(number, Difference) else None,
        "at_least": number.at_least if isinstance(number, Difference) else None,
        "reason": number.reason,
    }


def settings_of(run: RunFiles) -> Line:
    """Collect the run's main settings, as texts and numbers, for other tools.

    Sampling and prompt template are those that the backend recorded. They are left out where it
    recorded none: samples that were replayed had other settings than this run's options.
    """
    about = run.metadata
    if about is None:
        return {}
    told: Line = {
        "dataset": about.dataset.source,
        "tasks": subset_note(about) or f"all {len(run.tasks):,}",
        "dataset_variant": about.dataset.variant,
        "dataset_sha256": about.dataset.sha256,
        "num_samples": about.num_samples,
        "k_values": ",".join(map(str, about.k_values)),
        "seed": about.seeds.run,
        "evalpkg": about.tool.version,
        "rustc": about.toolchain.rustc.partition("\n")[0],
        "sandbox": about.sandbox.provider,
    }
    sampling = about.generation.get("sampling") or {}
    if sampling:
        told["prompt_template"] = about.prompt.template
    for name in ("temperature", "top_p", "top_k", "max_new_tokens"):
        if name in sampling:
            told[name] = sampling[name]
    return told

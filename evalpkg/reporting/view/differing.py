"""Settings that differ between runs in one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evalpkg.evidence import EvalMetadata
from evalpkg.models import Role
from evalpkg.reporting.format import plain
from evalpkg.reporting.view.origin import LIMITS, SAMPLING

SHOWN = 12
"""Characters of a digest."""


def differing(runs: Mapping[str, EvalMetadata | None]) -> list[str]:
    """Write one sentence for each setting that differs between the runs.

    The fine-tuned models are left out, because they are what the table compares.

    Args:
        runs: label and metadata of each run; runs without metadata are left out.
    """
    told = {label: _settings(known) for label, known in runs.items() if known is not None}
    names = list(dict.fromkeys(name for own in told.values() for name in own))
    found = []
    for name in names:
        values = {label: own.get(name, "not recorded") for label, own in told.items()}
        if len(set(values.values())) > 1:
            said = ", ".join(f"{label} {value}" for label, value in values.items())
            found.append(f"The runs differ in {name}: {said}.")
    return found


def _settings(metadata: EvalMetadata) -> dict[str, str]:
    """Collect every setting that affects levels, under the name that readers know."""
    drawn: Mapping[str, Any] = metadata.generation.get("sampling") or {}
    arguments = metadata.arguments
    base = metadata.models.get(Role.BASE) or metadata.models.get(Role.FINETUNED)
    rustc = metadata.toolchain.rustc.splitlines()
    told = {
        "data set": f"{metadata.dataset.source} {metadata.dataset.sha256[:SHOWN]}",
        "variant": metadata.dataset.variant,
        "repairs": metadata.dataset.overlay_sha256[:SHOWN] or "none",
        "samples per task": str(metadata.num_samples),
        **{label: str(drawn[key]) for key, label in SAMPLING if key in drawn},
        "prompt template": f"{metadata.prompt.template} {metadata.prompt.template_sha256[:SHOWN]}",
        "chat template": metadata.prompt.chat_template_sha256[:SHOWN] or "none",
        "base model": base.name if base else "none",
        "base weights": _digest(base.weights) if base else "none",
        "number format": str(metadata.generation.get("dtype", "not recorded")),
        **{
            f"limit of {label}": f"{arguments[key]} {unit}"
            for key, label, unit in LIMITS
            if arguments.get(key) is not None
        },
        "edition": str(arguments.get("edition") or "as each task says"),
        "rustc": rustc[0] if rustc else "not recorded",
        "sandbox": metadata.sandbox.provider,
        "evalpkg": f"{metadata.tool.version} {metadata.tool.commit[:SHOWN]}".strip(),
    }
    return {name: plain(value) for name, value in told.items()}


def _digest(weights: Mapping[str, str]) -> str:
    if not weights:
        return "not recorded"
    return ", ".join(f"{name} {digest[:SHOWN]}" for name, digest in sorted(weights.items()))

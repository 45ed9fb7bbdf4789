"""The commitment to a configuration: published before the run, and checked when it starts."""

from __future__ import annotations

from typing import Any

from evalpkg import __version__
from evalpkg.config import EvalConfig
from evalpkg.errors import ConfigError
from evalpkg.evidence import commitment_digest, commitment_document, tasks_sha256
from evalpkg.models import TaskSet
from evalpkg.pipeline.metadata import arguments_of


def commitment_for(config: EvalConfig, tasks: TaskSet) -> dict[str, Any]:
    """Return what a run of ``config`` on ``tasks`` commits to."""
    bound = [name for name in EvalConfig.model_fields if EvalConfig.binds(name)]
    return commitment_document(arguments_of(config), bound, tasks_sha256(tasks.tasks), __version__)


def require_committed(config: EvalConfig, tasks: TaskSet) -> None:
    """Refuse a run whose configuration is not the one that was committed to.

    Raises:
        ConfigError: if the digests differ; both are named.
    """
    if not config.commitment:
        return
    found = commitment_digest(commitment_for(config, tasks))
    if found != config.commitment:
        raise ConfigError(
            f"this configuration is not the one committed to: its digest is {found}, and "
            f"--commitment names {config.commitment}",
            "'evalpkg commit' with the same settings prints the digest. A run that grows, or that "
            "another release of evalpkg makes, keeps no earlier promise: leave --commitment out.",
        )

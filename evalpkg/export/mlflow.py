"""MLflow runs: one for each model, and one for the difference.

The tracking store is ``MLFLOW_TRACKING_URI``, else an SQLite file in the output folder.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from mlflow.tracking import MlflowClient

from evalpkg.export.numbers import named_numbers
from evalpkg.export.tables import settings_of
from evalpkg.reporting.run_files import RunFiles

EXPERIMENT = "evalpkg"
DATABASE = "mlflow.db"
TRACKING = "MLFLOW_TRACKING_URI"


def write(run: RunFiles, target: Path) -> list[Path]:
    """Add the runs to the store, and return the path of the SQLite file if one was written."""
    database = target / DATABASE
    named = os.environ.get(TRACKING)
    client = MlflowClient(tracking_uri=named or f"sqlite:///{database.resolve()}")
    found = client.get_experiment_by_name(EXPERIMENT)
    artifacts = None if named else (target / "artifacts").resolve().as_uri()
    experiment = found.experiment_id if found else client.create_experiment(EXPERIMENT, artifacts)
    for name, numbers in named_numbers(run).items():
        _add(client, experiment, name, {**settings_of(run), "model": name}, numbers)
    return [] if named else [database]


def _add(
    client: MlflowClient,
    experiment: str,
    name: str,
    settings: Mapping[str, object],
    numbers: Mapping[str, float],
) -> None:
    own = client.create_run(experiment, run_name=name).info.run_id
    for key, value in settings.items():
        client.log_param(own, key, value)
    for key, number in numbers.items():
        # MLflow does not allow '@' in the name of a metric.
        client.log_metric(own, key.replace("@", "_at_"), number)
    client.set_terminated(own)

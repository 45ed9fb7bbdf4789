"""The table of formats, and the export of a run to one of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from evalpkg.errors import ConfigError, EnvironmentUnfitError

if TYPE_CHECKING:
    from evalpkg.reporting.run_files import RunFiles


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """The facts about a format that need no import of its module.

    Attributes:
        summary: the output in a few words, for ``--help``.
        package: the package that the format needs; empty if none.
        extra: the extra of evalpkg that installs the package.
    """

    summary: str
    package: str = ""
    extra: str = ""


FORMATS: Mapping[str, ExportFormat] = {
    "csv": ExportFormat("rows.csv and metrics.csv, without the models' texts"),
    "parquet": ExportFormat("rows.parquet and metrics.parquet", "pyarrow", "parquet"),
    "hf-model-card": ExportFormat("README.md whose model-index the Hugging Face Hub reads"),
    "inspect": ExportFormat("a log of each model for 'inspect view'", "inspect_ai", "inspect"),
    "mlflow": ExportFormat("a run of each model in a tracking store", "mlflow", "mlflow"),
    "wandb": ExportFormat("a run of each model, offline until 'wandb sync'", "wandb", "wandb"),
}
"""The module ``evalpkg.export.NAME`` writes the format NAME, with ``_`` for ``-``."""


def export_run(root: Path, name: str, target: Path) -> list[Path]:
    """Write the run in ``root`` in the format ``name``.

    Args:
        root: output directory of a finished run.
        name: one of ``FORMATS``.
        target: folder for the output; it is made if needed.

    Returns:
        The paths of the written files.

    Raises:
        ConfigError: if ``target`` lies in the run, because its manifest lists all files.
        DataError: if the run cannot be read.
        EnvironmentUnfitError: if a package is missing, or the folder cannot be written.
    """
    from evalpkg.reporting.run_files import load_run

    wanted = FORMATS[name]
    if target.resolve() == root.resolve() or root.resolve() in target.resolve().parents:
        raise ConfigError(
            f"{target} lies in the run: an added file would make 'evalpkg verify' fail",
            "Name another --output-dir.",
        )
    if wanted.package and find_spec(wanted.package) is None:
        raise EnvironmentUnfitError(
            f"the format {name} needs the package '{wanted.package}', which is not installed",
            f"pip install 'evalpkg[{wanted.extra}]'",
        )
    run: RunFiles = load_run(root)
    try:
        target.mkdir(parents=True, exist_ok=True)
        module = import_module(f"evalpkg.export.{name.replace('-', '_')}")
        written: list[Path] = module.write(run, target)
    except OSError as error:
        raise EnvironmentUnfitError(
            f"cannot write {target}: {error.strerror or error}", "Name another --output-dir."
        ) from error
    return written

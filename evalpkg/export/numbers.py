"""The numbers of a run under flat names, for experiment trackers."""

from __future__ import annotations

from evalpkg.export.tables import clean, differences, model_name, role_estimates
from evalpkg.models import Role
from evalpkg.reporting.run_files import RunFiles
from evalpkg.statistics import Difference, Estimate

DIFFERENCE = "fine-tuned minus base"


def named_numbers(run: RunFiles) -> dict[str, dict[str, float]]:
    """Collect the numbers of each model and of the difference, by the model's name.

    The names of numbers are ``MODE/METRIC``, ``.../stderr``, ``.../low`` and ``.../high``. Unknown
    numbers are left out.
    """
    found: dict[str, dict[str, float]] = {}
    for role in run.roles:
        own = found.setdefault(_distinct(run, role), {})
        for mode in run.modes:
            for name, estimate in role_estimates(run, mode, role):
                own |= _numbers(f"{mode.value}/{name}", estimate)
    compared: dict[str, float] = {}
    for mode in run.modes:
        for name, difference in differences(run, mode):
            compared |= _numbers(f"{mode.value}/{name}", difference)
            if difference.p_value is not None:
                compared[f"{mode.value}/{name}/p_value"] = difference.p_value
    return {**found, DIFFERENCE: compared} if compared else found


def _distinct(run: RunFiles, role: Role) -> str:
    """Join the model's role and name, because both models may have the same name."""
    return f"{role.value}: {clean(model_name(run, role))}"


def _numbers(name: str, number: Estimate | Difference) -> dict[str, float]:
    interval = number.new_tasks
    found = {
        name: number.value,
        f"{name}/stderr": number.standard_error,
        f"{name}/low": interval.low if interval else None,
        f"{name}/high": interval.high if interval else None,
    }
    return {key: value for key, value in found.items() if value is not None}

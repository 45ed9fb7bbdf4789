"""The growth of a run: more samples, more tasks, other k, other modes. Existing work is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from evalpkg.store.files import canonical_json

CANONICAL = "canonical"
STUB = "stub"
"""Sources of samples that are not files: the reference solutions, and ``todo!()``."""


def _more_samples(old: Any, new: Any) -> bool:
    return bool(new >= old)


def _longer(old: Any, new: Any) -> bool:
    """Tell whether a limit allows at least as many tasks as before."""
    return new is None or (old is not None and new >= old)


def _wider(old: Any, new: Any) -> bool:
    """Tell whether a choice of tasks includes the earlier one; an empty choice means every task."""
    return not new or (bool(old) and set(old) <= set(new))


def _narrower(old: Any, new: Any) -> bool:
    """Tell whether only tasks of the earlier exclusion are excluded."""
    return set(new or ()) <= set(old or ())


def _files(old: Any, new: Any) -> bool:
    """Tell whether both sources are files; their names are checked elsewhere (``SAMPLES``)."""
    return not {"", CANONICAL, STUB} & {value for value in (old, new) if isinstance(value, str)}


def _any(_old: Any, _new: Any) -> bool:
    return True


SAMPLES = ("replay_base", "replay_finetuned", "samples_sha256", "uneven")
"""Settings that name files of samples. A directory is bound to the content of the files instead:
each must still hold every sample that was taken from it (pipeline/given.py)."""

GROWS: dict[str, Callable[[Any, Any], bool]] = {
    "num_samples": _more_samples,
    "limit": _longer,
    "task_ids": _wider,
    "exclude_tasks": _narrower,
    "k_values": _any,
    "policy_only": _any,
    "no_policy_only": _any,
    **dict.fromkeys(SAMPLES, _files),
}
"""Settings that may change, with a test that a change keeps every measurement."""

TASKS = ("limit", "task_ids", "exclude_tasks")
"""Settings that may allow more tasks."""


def _shown(settings: Mapping[str, Any], name: str) -> str | None:
    """Return a setting in its file's form, where 1, 1.0 and true are different values."""
    return canonical_json(settings[name]) if name in settings else None


def grown_settings(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the earlier values of every setting that grew; None if anything else changed.

    Args:
        old: the configuration that the directory belongs to.
        new: the configuration of the present command.
    """
    if refused_settings(old, new):
        return None
    return {name: old.get(name) for name in _changed(old, new)}


def refused_settings(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Return the names of the settings whose change is no growth; arguments as above."""
    return [
        name
        for name in _changed(old, new)
        if name not in GROWS
        or name not in old
        or name not in new
        or not GROWS[name](old[name], new[name])
    ]


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    names = [*old, *(name for name in new if name not in old)]
    return [name for name in names if _shown(old, name) != _shown(new, name)]

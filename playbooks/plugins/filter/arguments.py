"""Filters on the variables that roles take: ``argument_types`` and ``argument_errors``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

KEPT = ("type", "elements", "choices", "options")


def argument_types(root: str) -> dict[str, Any]:
    """Collect the options of all roles' entry points. None is required here, and none is secret.

    Args:
        root: the project.
    """
    found: dict[str, Any] = {}
    for file in sorted(Path(root).glob("roles/*/meta/argument_specs.yml")):
        specs = yaml.safe_load(file.read_text(encoding="utf-8"))["argument_specs"]
        for entry_point in specs.values():
            for name, option in entry_point.get("options", {}).items():
                if not name.endswith("_secrets"):
                    found[name] = {key: option[key] for key in KEPT if key in option}
    return found


def argument_errors(values: dict[str, Any], types: dict[str, Any]) -> list[str]:
    """Check ``values`` by the rules of Ansible's own check of a role; return the errors.

    Args:
        values: variables by name.
        types: from ``argument_types``.
    """
    spec = {name: types[name] for name in values}
    errors: list[str] = ArgumentSpecValidator(spec).validate(values).error_messages
    return [re.sub(r": <class '\S*'> cannot be converted.*", "", error) for error in errors]


class FilterModule:
    """The class that Ansible loads."""

    def filters(self) -> dict[str, object]:
        """Return the filters of this file."""
        return {"argument_types": argument_types, "argument_errors": argument_errors}

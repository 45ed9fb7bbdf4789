"""The definition of a setting: default, help text and heading."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

FOUND = "Found in files"
"""The heading of fields that have no option: their values are read from files of samples."""


class Options(BaseModel):
    """Base of the groups of settings; only the whole of them, ``EvalConfig``, gets a validator."""

    model_config = ConfigDict(defer_build=True)


def setting(default: Any, text: str, group: str, *, identity: bool = True) -> Any:
    """Define a field with its help text.

    Args:
        default: the default value.
        text: meaning of the value, for ``--help`` and the documentation.
        group: heading under which ``--help`` shows the field.
        identity: True if another value makes another run, so that a resume must have the same
            value. False for settings that change only speed, places or output.
    """
    extra: dict[str, Any] = {"group": group, "identity": identity}
    return Field(default, description=text, json_schema_extra=extra, validate_default=True)

"""One setting of a run: its default, its help text and the group it is shown in."""

from __future__ import annotations

from typing import Any

from pydantic import Field

FOUND = "Found in files"
"""The heading of what nobody sets: it is read from files of samples."""


def setting(default: Any, text: str, group: str, *, identity: bool = True) -> Any:
    """A field with its help text.

    Args:
        default: the value that nothing else overrides.
        text: what the value means, for ``--help`` and the documentation.
        group: heading under which ``--help`` shows it.
        identity: whether a different value makes it a different run. A directory belongs to one
            identity; what only changes how fast or how loud a run is may change between resumes.
    """
    extra: dict[str, Any] = {"group": group, "identity": identity}
    return Field(default, description=text, json_schema_extra=extra, validate_default=True)

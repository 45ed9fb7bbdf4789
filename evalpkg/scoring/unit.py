"""A unit is one module of a crate; rustc compiles all units of a crate at once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """One module of a crate.

    Attributes:
        name: the name of the module, of its file and (with a prefix) of its symbol.
        text: the text of its source file.
        export: the line in the crate's root that declares and exports it.
        is_root: True if the module is a crate's root itself; then its text exports it.
    """

    name: str
    text: str
    export: str
    is_root: bool = False

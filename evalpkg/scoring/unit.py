"""A unit is what rustc compiles at once: modules of one crate."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """One module of a crate.

    Attributes:
        name: of the module, its file and (with a prefix) its symbol.
        text: its source file.
        export: the one line in the crate's root that declares and exports it.
        is_root: the module is a crate of its own, and its text already exports it.
    """

    name: str
    text: str
    export: str
    is_root: bool = False

"""Write the Rust half of the judge's vocabulary from ``evalpkg/sandbox/vocabulary.py``."""

from __future__ import annotations

import ast
import inspect
from enum import Enum
from pathlib import Path

from evalpkg.sandbox import vocabulary
from evalpkg.sandbox.vocabulary import OutcomeKind, Reason

TARGET = Path(__file__).parents[1] / "evalpkg" / "rust" / "src" / "wire" / "vocabulary.rs"

_HEAD = """\
//! The words in which the judge reports. Written by `scripts/write_vocabulary.py` from
//! `evalpkg/sandbox/vocabulary.py`, which says it for both sides; change that file instead.

"""


def rust_source() -> str:
    """Write the text of ``vocabulary.rs``, in rustfmt's format."""
    kinds = _enum("Kind", OutcomeKind) + "\nimpl Kind {\n"
    kinds += "    /// Every kind, at the index that is its number.\n"
    kinds += f"    pub const ALL: [Kind; {len(OutcomeKind)}] = [\n"
    kinds += "".join(f"        Kind::{_camel(kind.name)},\n" for kind in OutcomeKind)
    kinds += "    ];\n\n    /// The word in a report.\n"
    kinds += "    pub const fn word(self) -> &'static str {\n        match self {\n"
    kinds += "".join(
        f'            Kind::{_camel(kind.name)} => "{kind.value}",\n' for kind in OutcomeKind
    )
    kinds += "        }\n    }\n}\n\n"
    return _HEAD + kinds + _enum("Reason", Reason)


def _enum(name: str, table: type[Enum]) -> str:
    said = _comments(table)
    text = f"/// {inspect.getdoc(table)}\n#[repr(u8)]\n"
    text += f"#[derive(Clone, Copy, Debug, PartialEq, Eq)]\npub enum {name} {{\n"
    for number, member in enumerate(table):
        text += f"    /// {said[member.name]}\n    {_camel(member.name)} = {number},\n"
    return text + "}\n"


def _comments(table: type[Enum]) -> dict[str, str]:
    """Read the string below each member in the source."""
    tree = ast.parse(inspect.getsource(vocabulary))
    found = next(n for n in tree.body if isinstance(n, ast.ClassDef) and n.name == table.__name__)
    comments: dict[str, str] = {}
    for before, node in zip(found.body, found.body[1:], strict=False):
        if isinstance(before, ast.Assign) and isinstance(node, ast.Expr):
            target = before.targets[0]
            assert isinstance(target, ast.Name)
            assert isinstance(node.value, ast.Constant)
            comments[target.id] = str(node.value.value)
    return comments


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


if __name__ == "__main__":
    TARGET.write_text(rust_source(), encoding="utf-8")

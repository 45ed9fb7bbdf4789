"""Decide by a program's tokens which other programs may share a crate with it.

In one crate a program could see or change another: through ``crate::`` and ``super::`` paths,
exported macros and symbols, crate-wide attributes, trait impls, and constructors. A program with
the tokens for that gets a crate of its own. The others cannot tell whether they share theirs.

A crate is also loaded as one library, and safe Rust is not quite safe. rustc has bugs, known and
unknown, with which a program can read all memory of its process, and so the constants and code of
the other programs. All known ones use generics, traits or trait objects: the program's own, or
those of rarer parts of std (one needs only a panic's payload). A program that defines or uses such
things never shares a crate with another program for the same problem, so there is nothing worth
stealing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum

_ALONE_WORDS = """
unsafe extern macro_rules macro asm global_asm naked_asm include include_str include_bytes
evalwire evalwire_shim Location Backtrace set_hook take_hook update_hook type_name
type_name_of_val Any TypeId type_id downcast downcast_ref downcast_mut
long_running_const_eval
"""
ROOT = frozenset(["crate", "recursion_limit", "type_length_limit"])
"""Identifiers of a program that must be a crate's root: its paths start there, or its attributes
have an effect only there."""

ALONE = frozenset(_ALONE_WORDS.split()) | ROOT
"""Identifiers through which a program reaches, or might reach, the rest of its crate."""

_LOCAL_ATTRIBUTES = """
derive inline allow warn expect must_use doc test default non_exhaustive deprecated cold
track_caller ignore should_panic rustfmt
"""
ATTRIBUTES = frozenset(_LOCAL_ATTRIBUTES.split())
"""Attributes that affect only the item on which they stand."""

LONGEST = 16 << 10
"""The most characters that are lexed: some broken programs take quadratic time."""

_WARY_WORDS = frozenset(["dyn", "trait", "where", "async"])
_DEFINING = frozenset(["fn", "struct", "enum", "union", "type"])

_TAME_STD = """
array ascii borrow boxed cell char cmp collections convert default fmt hash iter mem num ops option
primitive rc result slice str string vec
f32 f64 i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize
"""
TAME_STD = frozenset(_TAME_STD.split())
"""Modules of std that ordinary programs use, and that no known hole in rustc needs."""

_STD = ("std", "core", "alloc")
_NOT_TAME = re.compile(rf"\b(?:{'|'.join(_STD)})\b(?!::(?:{'|'.join(sorted(TAME_STD))})\b)")

_SUSPICIOUS = (*sorted(ALONE), "super", "#", "'")
_ITEM = re.compile(r"\b(?:impl|mod)\b")
_NOT_SIMPLE = re.compile(
    r"\b(?:fn|struct|enum|union|type)\b(?!\s+[A-Za-z_][A-Za-z0-9_]*\s*[({;:=])|\bimpl\b"
)

_RAW_C_STRING = re.compile(r"""cr\#*\"""")
"""A raw C string, which is several tokens before edition 2021."""

_TOKEN = re.compile(
    r"""
      (?P<space>\s+|//[^\n]*)
    | (?P<block>/\*)
    | (?P<raw>(?:b|c)?r(?P<hashes>\#*)"(?:(?!"(?P=hashes)).)*"(?P=hashes)\w*)
    | (?P<string>(?:b|c)?"(?:\\.|[^"\\])*"\w*)
    | (?P<char>b?'(?:\\(?:[^u]|u\{[^}]*\})[^']*|[^'\\\n])'\w*)
    | (?P<lifetime>'[^\W\d]\w*)
    | (?P<word>(?:r\#)?[^\W\d]\w*)
    | (?P<number>\d\w*(?:\.\d\w*)?)
    | (?P<mark>::|.)
    """,
    re.VERBOSE | re.DOTALL,
)


def tokens(source: str) -> Iterator[str]:
    """Yield the words, lifetimes and marks of Rust source, without comments.

    A literal is one token, ``""``, suffix included: no raw string begins in ``'a'r#"..``. Source
    that is not valid Rust also gives tokens; it compiles in no crate.
    """
    position = 0
    while position < len(source):
        match = _TOKEN.match(source, position)
        if match is None:
            return
        position = match.end()
        kind = match.lastgroup if match.lastgroup != "hashes" else "raw"
        if kind == "block":
            position = _end_of_comment(source, position)
        elif kind in ("raw", "string", "char"):
            yield '""'
        elif kind in ("word", "mark", "lifetime"):
            yield match.group().removeprefix("r#")


def _end_of_comment(source: str, position: int) -> int:
    depth = 1
    for match in re.compile(r"/\*|\*/").finditer(source, position):
        depth += 1 if match.group() == "/*" else -1
        if depth == 0:
            return match.end()
    return len(source)


class Company(Enum):
    """The programs with which a program may share a crate."""

    ANY = "any"
    OTHER_TASKS = "programs for other problems"
    NONE = "none"


def company(source: str) -> Company:
    """Return the company that a program may have; in doubt, less."""
    if len(source) > LONGEST or _RAW_C_STRING.search(source) is not None:
        return Company.NONE
    suspicious = _is_suspicious(source)
    if not suspicious and not _may_be_generic(source) and not _NOT_TAME.search(source):
        return Company.ANY
    words = list(tokens(source))
    if suspicious and _reaches_out(words):
        return Company.NONE
    return Company.OTHER_TASKS if _is_generic(words) or _strays(words) else Company.ANY


def stands_at_root(source: str) -> bool:
    """Tell whether a program must be a crate's root.

    It must be if its paths start there, or if it has attributes of a whole crate: on a module they
    mean less, something else or nothing.
    """
    if "#" not in source and not any(word in source for word in ROOT):
        return False
    words = list(tokens(source))
    return not ROOT.isdisjoint(words) or _INNER in zip(words, words[1:], words[2:], strict=False)


def has_no_std(source: str) -> bool:
    """Tell whether a program goes without the standard library: ``#![no_std]``."""
    return "no_std" in source and "no_std" in set(tokens(source))


_INNER = ("#", "!", "[")
"""The first tokens of an inner attribute, which applies to the item around it."""


def _is_suspicious(source: str) -> bool:
    """Tell quickly whether a program may reach out; True for every one that does."""
    if not source.isascii() or any(text in source for text in _SUSPICIOUS):
        return True
    return ("impl" in source or "mod" in source) and _ITEM.search(source) is not None


def _may_be_generic(source: str) -> bool:
    """Tell quickly whether a program may be generic; False only if every definition is simple."""
    if any(word in source for word in _WARY_WORDS):
        return True
    return _NOT_SIMPLE.search(source) is not None


def _is_generic(words: list[str]) -> bool:
    """Tell whether a program has its own generics, traits, trait objects or ``impl Trait``."""
    for index, word in enumerate(words):
        if word in _WARY_WORDS:
            return True
        if word in _DEFINING and words[index + 2 : index + 3] == ["<"]:
            return True
        if word == "impl" and words[index + 2 : index + 3] != ["{"]:
            return True
    return False


def _strays(words: list[str]) -> bool:
    """Tell whether a program uses a part of std outside ``TAME_STD``, or could by another name."""
    for index, word in enumerate(words):
        if word not in _STD:
            continue
        then = words[index + 1 : index + 3]
        if then[:1] == ["as"] or (then[:1] == ["::"] and not TAME_STD.issuperset(then[1:])):
            return True
    return False


def _reaches_out(words: list[str]) -> bool:
    return (
        any(word in ALONE or not _plain(word) for word in words)
        or _foreign_attribute(words)
        or _leaves_module(words)
        or _trait_impl(words)
        or _lifetimes_lie(words)
    )


def _plain(word: str) -> bool:
    """Tell whether our lexer and rustc's read a word alike.

    False if a character is part of an identifier, or white space, only for rustc: then the two
    might disagree on where a literal begins.
    """
    return word.isascii() or word.removeprefix("'").isidentifier()


def _foreign_attribute(words: list[str]) -> bool:
    for index, word in enumerate(words):
        if word != "#":
            continue
        after = words[index + 1 : index + 7]
        if after[:1] != ["["]:
            return True
        name = after[1] if len(after) > 1 else ""
        harmless = after[1:6] == ["cfg", "(", "test", ")", "]"] or name in ATTRIBUTES
        if not harmless:
            return True
    return False


def _leaves_module(words: list[str]) -> bool:
    """Find ``mod x;``, or a ``super`` that may reach beyond the program's own modules."""
    depth = 0
    modules: list[int] = []
    for index, word in enumerate(words):
        if word == "mod" and words[index + 2 : index + 3] != ["{"]:
            return True
        if word == "{":
            depth += 1
            if index >= 2 and words[index - 2] == "mod":
                modules.append(depth)
        elif word == "}":
            if modules and modules[-1] == depth:
                modules.pop()
            depth -= 1
        elif word == "super":
            end = index + 1
            while end < len(words) and words[end] not in (";", "}", "("):
                if words[end] == "super":
                    return True
                end += 1
            if not modules:
                return True
    return False


def _lifetimes_lie(words: list[str]) -> bool:
    """Find a declared lifetime, or a ``'static`` that may bound a type parameter.

    With either, safe code can read any memory, and so the constants of another program in the same
    library. rust-lang/rust#25860 needs a declared lifetime. #84366 needs a ``'static`` bound:
    written, implied by ``&'static T``, or that of ``Any``.
    """
    for index, word in enumerate(words):
        before = words[index - 1] if index else ""
        if word == "'static":
            context = (before, *words[index + 1 : index + 3])
            if context[:2] not in (("&", "str"), ("<", ">")) and context != ("<", ",", "str"):
                return True
        elif before == "<" and word[0] == "'" and word != "'_":
            return True
    return False


def _trait_impl(words: list[str]) -> bool:
    """Find ``impl .. for``: impls hold in the whole crate and may change another program's types.

    Any ``for`` after an ``impl`` that is not part of a type counts, even that of a loop.
    """
    item = False
    for before, word in zip(["", *words], words, strict=False):
        if word == "impl" and before not in _BEFORE_IMPL_TYPE:
            item = True
        elif word == "for" and item:
            return True
    return False


_BEFORE_IMPL_TYPE = frozenset(["->", ">", ":", "&", "(", ",", "<", "=", "dyn", "+", "|", "mut"])

"""Ctrl-C while an answer is parsed is Ctrl-C, and the next answer is read as ever."""

from __future__ import annotations

from typing import Any

import pytest

from evalpkg.extraction import syntax

SOURCE = b"fn a() -> i64 { vec![(1, [2, 3]), (4, [5, 6])].len() as i64 }\n" * 200


class Interrupted(bytes):
    """A source of which the parser gets the first part; then Ctrl-C comes, as a signal does."""

    def __getitem__(self, part: Any) -> Any:
        if part.start:
            raise KeyboardInterrupt
        return bytes(self)[: len(self) // 2 + 7]


def test_an_interrupt_while_the_parser_reads_is_an_interrupt() -> None:
    with pytest.raises(KeyboardInterrupt):
        syntax.parse(Interrupted(SOURCE))
    tree = syntax.parse(SOURCE)
    assert not tree.root_node.has_error
    assert tree.root_node.end_byte == len(SOURCE)

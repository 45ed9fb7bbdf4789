"""Incident: honest programs rejected for how they are wrapped.

A program that is a module finds nothing at ``crate::helpers``, and ``impl Into<&str>`` takes the
``&str`` that the task promises but not a reference to the String that the shim had decoded.
"""

from __future__ import annotations

from tests.redteam import judging


def test_they_pass() -> None:
    names = ("crate_paths_to_own_items", "whole_function_impl_arguments")
    assert judging.kinds(judging.named(*names)) == ["passed", "passed"]

"""Incident: a trait implementation in one program changed what its neighbours' code meant.

Implementations are crate-wide: with ``impl PartialEq<Mine> for i32`` somewhere in a crate,
``x == "3".parse().unwrap()`` is ambiguous everywhere in it. Programs with ``impl .. for`` get a
crate of their own, but the search for ``for`` stopped at a comma or a brace, which stand before it
in ``impl PartialEq<Pair<u8, u8>> for i32`` and ``impl Tr<{ 1 }> for X``.
"""

from __future__ import annotations

from evalpkg.scoring.routing import Company, company
from tests.redteam import judging

ATTACKS = (
    "neighbour_inference",
    "neighbour_inference_generics",
    "neighbour_inference_const_generics",
)


def test_implementations_of_others_do_not_reach_a_program() -> None:
    victims = ("inference_from_comparison", "inference_from_addition")
    found = judging.kinds(judging.named(*ATTACKS, *victims))
    assert found == ["test_failed"] * len(ATTACKS) + ["passed"] * len(victims)


def test_each_is_found_by_its_tokens() -> None:
    for _, extraction in judging.named(*ATTACKS):
        assert company(extraction.source or "") is Company.NONE

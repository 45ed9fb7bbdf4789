"""Incident: tasks of edition 2015 were accepted, and no sample of them could be judged.

In that edition `::evalwire` is a path from the crate's root, so neither the tests nor any program
compiled, and every sample ended as an infrastructure error. It would not have been enough to
declare the crate there: `use` starts at the root too, so that a program can name its neighbours
without a word that gives it away. The edition is not offered any more.
"""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest

from evalpkg.cli.score import command
from evalpkg.config.settings import EvalConfig
from evalpkg.scoring import Scorer, ScoringSettings
from evalpkg.tasks.rows import EDITIONS
from tests.redteam import judging


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_edition_that_is_offered_works(edition: str) -> None:
    task, extraction = judging.canonical("red/letter_counts")
    scorer = Scorer(ScoringSettings(workers=1), [replace(task, edition=edition)])
    try:
        assert scorer.judge_all([(task, extraction)])[0].passed
    finally:
        scorer.close()


def test_the_same_ones_are_offered_everywhere() -> None:
    option = next(option for option in command.params if option.name == "edition")
    assert tuple(getattr(option.type, "choices", ())) == EDITIONS
    literal = get_args(EvalConfig.model_fields["edition"].annotation)[0]
    assert get_args(literal) == EDITIONS

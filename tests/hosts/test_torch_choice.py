from __future__ import annotations

from tests.hosts.conftest import play


def test_each_driver_gets_the_build_that_fits() -> None:
    play("choices.yml")

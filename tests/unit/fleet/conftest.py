"""A stand-in cloud with a clock that only waiting moves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("tenacity", reason="the extra `fleet` brings it")

from evalpkg.fleet.clock import Clock
from evalpkg.fleet.cloud.client import LambdaCloud
from evalpkg.fleet.cloud.fleet import CloudFleet, Wish
from evalpkg.fleet.cloud.journal import Journal
from tests.standins.lambda_cloud import TYPE, LambdaStandIn


class TestClock(Clock):
    """Waiting costs nothing and moves the time."""

    __test__ = False

    def __init__(self) -> None:
        self.time = 1_790_000_000.0

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.time += max(0.0, seconds)


class Desk:
    """One user with one account: everything a command needs, made anew for each command."""

    def __init__(self, folder: Path) -> None:
        self.clock = TestClock()
        self.account = LambdaStandIn(now=self.clock.now)
        self.said: list[str] = []
        self.asked: list[str] = []
        self._folder = folder
        self.server = self.account.server()
        self.endpoint = self.server.url

    def fleet(self, name: str = "mine") -> CloudFleet:
        cloud = LambdaCloud("key", self.endpoint, self.clock)
        journal = Journal(self._folder / f"{name}.json")
        return CloudFleet(cloud, name, journal, self.said.append, self.clock)

    def confirm(self, question: str) -> bool:
        self.asked.append(question)
        return True


def wish(count: int = 2, name: str = "mine", region: str = "") -> Wish:
    return Wish(fleet=name, type=TYPE, count=count, region=region, ssh_key="laptop")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    with made.server:
        yield made

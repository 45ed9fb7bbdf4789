"""No host goes on costing money unnoticed, whatever happens to a command that rents or ends it."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from evalpkg.fleet.cloud.client import CloudError, LambdaCloud
from evalpkg.fleet.cloud.records import parse_offer
from evalpkg.fleet.cloud.up import ShortError, bring_up
from tests.standins.web import WebServer
from tests.unit.fleet.conftest import Desk, wish
from tests.unit.fleet.test_cloud import down, up


def test_a_host_that_fails_is_terminated_while_the_others_still_boot(desk: Desk) -> None:
    desk.account.fates = ["unhealthy", "stuck"]
    left: list[int] = []
    sleep = desk.clock.sleep

    def watch(seconds: float) -> None:
        sleep(seconds)
        left.append(len(desk.account.alive))

    desk.clock.sleep = watch
    with pytest.raises(ShortError):
        up(desk)
    assert left.count(1) > 100  # for the 45 minutes that the other one may take


def test_a_host_that_somebody_ended_while_it_booted_is_not_waited_for(desk: Desk) -> None:
    desk.account.boot_s = 30 * 60
    sleep = desk.clock.sleep

    def end(seconds: float) -> None:
        sleep(seconds)
        if len(desk.account.rented) == 2 and desk.said[-1].startswith("0 min"):
            desk.account.forget(desk.account.rented[0])

    desk.clock.sleep = end
    with pytest.raises(ShortError, match=r"mine-0 \(i0000\) is no longer in the cloud's list"):
        up(desk)
    assert [one.id for one in desk.account.alive] == ["i0001"]


@pytest.mark.parametrize("trouble", ["quota", "silence", "interrupt"])
def test_whatever_ends_up_early_is_followed_by_what_still_costs(desk: Desk, trouble: str) -> None:
    kinds: dict[str, type[BaseException]] = {"interrupt": KeyboardInterrupt}

    def greets(address: str) -> bool:
        if trouble == "interrupt":
            raise KeyboardInterrupt
        desk.account.throttled = 10_000
        return False

    if trouble == "quota":
        desk.account.quota = 1
    with pytest.raises(kinds.get(trouble, CloudError)):
        up(desk, greets=greets)
    assert "cost money until 'evalpkg fleet down'" in desk.said[-1]


def test_down_ends_an_up_that_still_starts_hosts(desk: Desk) -> None:
    fleet = desk.fleet()
    launch, asked = fleet.cloud.launch, []

    def meanwhile(request: dict[str, Any]) -> str:
        identity = launch(request)
        if not asked:
            asked.append(down(desk))
        return identity

    fleet.cloud.launch = meanwhile
    with pytest.raises(CloudError, match="'evalpkg fleet down' was given meanwhile"):
        bring_up(fleet, wish(3), desk.confirm, desk.said.append, desk.clock, lambda _: True)
    assert asked == [["i0000"]]
    assert desk.account.alive == []
    assert len(up(desk)) == 2  # a later command is not affected


def test_down_ends_the_others_if_one_ends_by_itself_in_between(desk: Desk) -> None:
    up(desk)
    fleet = desk.fleet()
    ids = [host.id for host in fleet.present()]
    desk.account.rented[0].ended = True
    fleet.cloud.terminate(ids)
    assert desk.account.alive == []


@pytest.mark.parametrize("status", [302, 403, 404])
def test_an_answer_of_something_else_is_refused_at_once(desk: Desk, status: int) -> None:
    asked: list[str] = []

    class Proxy(BaseHTTPRequestHandler):
        """Answers each request with a page."""

        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.send_header("Content-Length", "6")
            self.end_headers()
            self.wfile.write(b"<html>")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with (
        WebServer(Proxy) as server,
        pytest.raises(CloudError, match=f"answers {status}, but not as Lambda Cloud does"),
    ):
        LambdaCloud("key", server.url, desk.clock).instances()
    assert len(asked) == 1


@pytest.mark.parametrize("price", [{}, {"price_cents_per_hour": None}])
def test_a_type_without_a_price_or_a_region_is_read(price: dict[str, Any]) -> None:
    told = {"instance_type": {"name": "gpu", **price}, "regions_with_capacity_available": None}
    offer = parse_offer(told)
    assert (offer.price, offer.regions) == (0.0, ())

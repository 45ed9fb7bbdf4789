from __future__ import annotations

from typing import Any

import pytest

from evalpkg.errors import ConfigError
from evalpkg.fleet.cloud.client import CapacityError, CloudError
from evalpkg.fleet.cloud.down import take_down
from evalpkg.fleet.cloud.up import ShortError, bring_up, choose_ssh_key
from tests.unit.fleet.conftest import Desk, wish


def up(desk: Desk, count: int = 2, name: str = "mine", greets: Any = lambda _: True) -> list[str]:
    fleet = desk.fleet(name)
    booted = bring_up(fleet, wish(count, name), desk.confirm, desk.said.append, desk.clock, greets)
    return [host.ip for host in booted.ready]


def down(desk: Desk, name: str = "mine") -> list[str]:
    ended = take_down(desk.fleet(name), desk.confirm, desk.said.append, desk.clock)
    return [host.id for host in ended]


class Killed(BaseException):
    """The launcher dies."""


def test_hosts_are_started_waited_for_and_ended_within_the_rate_limits(desk: Desk) -> None:
    assert up(desk) == ["192.0.2.1", "192.0.2.2"]
    assert "6.58 dollars an hour" in desk.asked[0]
    assert down(desk) == ["i0000", "i0001"]
    assert desk.account.alive == []
    assert desk.account.throttled == 0
    launches = [line for line in desk.account.log if line.endswith("/launch")]
    assert len(launches) == 2  # a launch that came too soon would have been sent again


def test_asked_again_it_adopts_what_is_there_and_adds_what_is_missing(desk: Desk) -> None:
    up(desk, 2)
    up(desk, 2)
    assert len(desk.account.rented) == 2
    assert len(desk.asked) == 1  # nothing was started, so nothing was asked
    up(desk, 3)
    assert [one.request["name"] for one in desk.account.rented] == ["mine-0", "mine-1", "mine-2"]


@pytest.mark.parametrize("effect", ["before", "after"])
def test_a_launcher_killed_at_any_step_starts_no_host_twice_and_forgets_none(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, effect: str
) -> None:
    for step in range(60):
        name = f"fleet-{effect}-{step}"
        fleet = desk.fleet(name)
        session = fleet.cloud._session
        send, sent = session.request, 0

        def request(*args: Any, step: int = step, send: Any = send, **options: Any) -> Any:
            nonlocal sent
            sent += 1
            if sent > step and effect == "before":
                raise Killed
            answer = send(*args, **options)
            if sent > step:
                raise Killed
            return answer

        monkeypatch.setattr(session, "request", request)
        before = len(desk.account.rented)
        desk.account.capacity = {"us-east-1": 9}
        desk.account.addresses = [f"192.0.2.{n}" for n in range(1000)]
        try:
            bring_up(
                fleet, wish(2, name), desk.confirm, desk.said.append, desk.clock, lambda _: True
            )
            finished = True
        except Killed:
            finished = False
            up(desk, 2, name)
        assert len(desk.account.rented) == before + 2
        assert down(desk, name)
        assert desk.account.alive == []
        if finished:
            break
    assert finished
    assert step > 5


def test_killed_between_launch_and_list_down_alone_still_finds_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    fleet = desk.fleet()
    launch = fleet.cloud.launch

    def dying(request: dict[str, Any]) -> str:
        launch(request)
        raise Killed

    monkeypatch.setattr(fleet.cloud, "launch", dying)
    desk.account.unlisted_s = 60
    with pytest.raises(Killed):
        bring_up(fleet, wish(1), desk.confirm, desk.said.append, desk.clock, lambda _: True)
    assert down(desk) == ["i0000"]
    assert desk.account.alive == []


def test_a_launch_whose_answer_is_lost_is_looked_for_and_not_repeated(desk: Desk) -> None:
    desk.account.lost_answers = 1
    up(desk)
    assert len(desk.account.rented) == 2
    assert any("Host 0 was started" in line for line in desk.said)


def test_a_launch_that_was_refused_for_the_moment_is_sent_again(desk: Desk) -> None:
    fleet = desk.fleet()
    here = fleet.present()
    assert here == []
    fleet.cloud.offers()
    desk.account.refused = 1
    fleet.launch(wish(1), [0], ["us-east-1"])
    assert len(desk.account.rented) == 1


def test_a_storm_of_429_is_sat_out(desk: Desk) -> None:
    desk.account.throttled = 9
    assert len(up(desk)) == 2
    assert len(desk.account.rented) == 2


def test_an_endless_storm_is_named(desk: Desk) -> None:
    desk.account.throttled = 10_000
    with pytest.raises(CloudError, match="429"):
        up(desk)


def test_capacity_gone_for_the_second_host_names_what_goes_on_costing(desk: Desk) -> None:
    desk.account.capacity = {"us-east-1": 1}
    with pytest.raises(ShortError, match=r"1 of 2 hosts of the fleet mine") as caught:
        up(desk)
    assert "mine-0 (i0000) cost 3.29 dollars an hour" in caught.value.cure
    desk.account.capacity = {"us-east-1": 1}
    assert len(up(desk)) == 2
    assert len(desk.account.rented) == 2


def test_no_capacity_anywhere_asks_and_starts_nothing(desk: Desk) -> None:
    desk.account.capacity = {"us-east-1": 0}
    with pytest.raises(CapacityError, match="not free now"):
        up(desk)
    assert desk.asked == []


@pytest.mark.parametrize(
    ("fate", "why"),
    [
        ("unhealthy", "is unhealthy"),
        ("preempted", "is preempted"),
        ("no-ip", "has been active for 10 min and has no address"),
        ("stuck", "did not boot within 45 min"),
    ],
)
def test_a_host_that_fails_to_boot_is_terminated_and_named(desk: Desk, fate: str, why: str) -> None:
    desk.account.fates = ["ok", fate]
    with pytest.raises(ShortError) as caught:
        up(desk)
    assert f"mine-1 (i0001) {why}" in caught.value.cause
    assert [one.id for one in desk.account.alive] == ["i0000"]
    assert up(desk) == ["192.0.2.1", "192.0.2.3"]  # asked again: one new host, the other adopted


def test_a_host_without_ssh_is_terminated_and_named(desk: Desk) -> None:
    with pytest.raises(
        ShortError, match=r"mine-1 \(i0001\) .* does not answer ssh at 192\.0\.2\.2"
    ):
        up(desk, greets=lambda address: address == "192.0.2.1")
    assert [one.id for one in desk.account.alive] == ["i0000"]


def test_a_boot_of_half_an_hour_is_waited_for(desk: Desk) -> None:
    desk.account.boot_s = 30 * 60
    assert len(up(desk)) == 2
    assert any("2 booting" in line for line in desk.said)


def test_down_ends_its_own_hosts_alone_and_names_other_fleets(desk: Desk) -> None:
    up(desk, 1, "mine")
    up(desk, 1, "theirs")
    down(desk, "mine")
    assert [one.request["name"] for one in desk.account.alive] == ["theirs-0"]
    assert down(desk, "mine") == []
    assert "Other fleets of this account: theirs (1)" in desk.said[-1]


def test_a_no_starts_and_ends_nothing(desk: Desk) -> None:
    fleet = desk.fleet()
    with pytest.raises(ConfigError, match="nothing was started"):
        bring_up(fleet, wish(), lambda _: False, desk.said.append, desk.clock)
    up(desk, 1)
    with pytest.raises(ConfigError, match="nothing was terminated"):
        take_down(desk.fleet(), lambda _: False, desk.said.append, desk.clock)
    assert len(desk.account.alive) == 1


def test_a_wrong_key_is_named_and_not_shown(desk: Desk) -> None:
    desk.account.key = "another"
    with pytest.raises(ConfigError, match="does not accept the key") as caught:
        up(desk)
    assert "Bearer" not in f"{caught.value.cause}{caught.value.cure}"


def test_the_ssh_key_is_chosen_only_where_there_is_one() -> None:
    assert choose_ssh_key(["laptop"], "") == "laptop"
    for names, wanted in (([], ""), (["a", "b"], ""), (["a"], "b")):
        with pytest.raises(ConfigError):
            choose_ssh_key(names, wanted)

"""Stand-in for Lambda Cloud's API: no account here. Keeps state and misbehaves as the real one.

Answers with the shapes of its OpenAPI description, 1.10.0. As a program it rents out addresses that
it is told: ``python -m tests.standins.lambda_cloud PORT KEY ADDRESS...``.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.standins.web import WebServer

TYPE, PRICE_CENTS = "gpu_1x_h100_pcie", 329
REGION = "us-east-1"
JUPYTER_SECRET = "jupyter-canary-5a9d"
REQUEST_S, LAUNCH_S = 1.0, 12.0


@dataclass
class Rented:
    """One instance.

    Attributes:
        fate: what it becomes: ``ok``, ``no-ip``, ``unhealthy``, ``preempted`` or ``stuck``.
    """

    id: str
    request: dict[str, Any]
    born: float
    address: str
    fate: str
    ended: bool = False


@dataclass
class LambdaStandIn:
    """The account.

    Attributes:
        now: what time it is.
        boot_s: how long an instance boots.
        unlisted_s: how long an instance is missing from the list after its start.
        capacity: how many of ``TYPE`` can still be started, by region.
        fates: of the instances to come, in order; those beyond are ``ok``.
        throttled: so many requests to come are answered 429, whatever they are.
        lost_answers: so many launches to come are done and answered 502.
        refused: so many requests to come are answered 503 and not done.
        strict: whether the rate limits are held, by ``now``.
        quota: how many instances the account may have at once.
    """

    now: Callable[[], float] = time.time
    key: str = "key"
    boot_s: float = 20.0
    unlisted_s: float = 5.0
    capacity: dict[str, int] = field(default_factory=lambda: {REGION: 9})
    addresses: list[str] = field(default_factory=lambda: [f"192.0.2.{n}" for n in range(1, 20)])
    fates: list[str] = field(default_factory=list)
    throttled: int = 0
    lost_answers: int = 0
    refused: int = 0
    strict: bool = True
    quota: int = 1_000
    rented: list[Rented] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    _last: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def alive(self) -> list[Rented]:
        """List the instances that cost money."""
        return [one for one in self.rented if self.status(one) not in ("terminated", "preempted")]

    def status(self, one: Rented) -> str:
        """The state of an instance now."""
        if one.ended:
            return "terminated"
        if one.fate == "stuck" or self.now() - one.born < self.boot_s:
            return "booting"
        return {"unhealthy": "unhealthy", "preempted": "preempted"}.get(one.fate, "active")

    def forget(self, one: Rented) -> None:
        """End an instance, and leave it out of the list, as the cloud does after a while."""
        one.ended, one.born = True, float("inf")

    def answer(self, method: str, path: str, body: dict[str, Any], key: str) -> tuple[int, Any]:
        """Status and JSON of one request."""
        with self._lock:
            self.log.append(f"{method} {path}")
            if key != f"Bearer {self.key}":
                return _error(401, "global/invalid-api-key", "API key was invalid.")
            if self.throttled > 0 or self._too_soon(path):
                self.throttled = max(0, self.throttled - 1)
                return _error(429, "global/rate-limit", "slow down")
            if self.refused > 0:
                self.refused -= 1
                return _error(503, "provider/unavailable", "try again")
            return self._route(method, path, body)

    def _too_soon(self, path: str) -> bool:
        limits = {"any": REQUEST_S} | ({"launch": LAUNCH_S} if path.endswith("/launch") else {})
        now = self.now()
        soon = self.strict and any(now - self._last.get(k, 0.0) < s for k, s in limits.items())
        self._last |= dict.fromkeys(limits, now)
        return soon

    def _route(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        if (method, path) == ("GET", "/instances"):
            listed = [one for one in self.rented if self.now() - one.born >= self.unlisted_s]
            return 200, {"data": [self._told(one) for one in listed]}
        if (method, path) == ("GET", "/instance-types"):
            return 200, {"data": {TYPE: self._offer()}}
        if (method, path) == ("GET", "/ssh-keys"):
            return 200, {"data": [{"id": "k1", "name": "laptop", "public_key": "ssh-ed25519 A"}]}
        if path == "/instance-operations/launch":
            return self._launch(body)
        if path == "/instance-operations/terminate":
            if not {one.id for one in self.alive}.issuperset(body["instance_ids"]):
                return _error(404, "global/object-does-not-exist", "Specified instance is gone.")
            for one in self.rented:
                one.ended = one.ended or one.id in body["instance_ids"]
            return 200, {"data": {"terminated_instances": []}}
        return _error(404, "global/not-found", path)

    def _launch(self, body: dict[str, Any]) -> tuple[int, Any]:
        region = body["region_name"]
        if len(body["ssh_key_names"]) != 1 or "quantity" in body:
            return _error(400, "global/invalid-parameters", "exactly one key, and no quantity")
        if self.capacity.get(region, 0) < 1:
            code = "instance-operations/launch/insufficient-capacity"
            return _error(400, code, "Not enough capacity to fulfill launch request.")
        if len(self.alive) >= self.quota:
            return _error(400, "global/quota-exceeded", "Quota exceeded.")
        self.capacity[region] -= 1
        fate = self.fates.pop(0) if self.fates else "ok"
        number = len(self.rented)
        one = Rented(f"i{number:04}", body, self.now(), self.addresses[number], fate)
        self.rented.append(one)
        if self.lost_answers > 0:
            self.lost_answers -= 1
            return 502, None
        return 200, {"data": {"instance_ids": [one.id]}}

    def _offer(self) -> dict[str, Any]:
        regions = [{"name": r, "description": r} for r, left in self.capacity.items() if left]
        return {"instance_type": _kind(), "regions_with_capacity_available": regions}

    def _told(self, one: Rented) -> dict[str, Any]:
        status = self.status(one)
        told = {
            "id": one.id,
            "name": one.request.get("name"),
            "status": status,
            "ssh_key_names": one.request["ssh_key_names"],
            "file_system_names": [],
            "region": {"name": one.request["region_name"], "description": ""},
            "instance_type": _kind(),
            "jupyter_token": JUPYTER_SECRET,
            "jupyter_url": f"https://example.invalid/?token={JUPYTER_SECRET}",
            "is_reserved": False,
            "actions": {},
            "tags": one.request.get("tags", []),
        }
        if status != "booting" and one.fate != "no-ip":
            told["ip"] = one.address
        return told

    def server(self, port: int = 0) -> WebServer:
        """Make a server that answers on 127.0.0.1 while its context is open."""
        account = self

        class Handler(BaseHTTPRequestHandler):
            """One request."""

            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def _any(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = json.loads(self.rfile.read(length) or b"{}")
                account.headers.append(dict(self.headers))
                key = self.headers.get("Authorization", "")
                status, told = account.answer(self.command, self.path, body, key)
                sent = b"<html>Bad gateway</html>" if told is None else json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent)

            do_GET = _any  # noqa: N815 - the base class calls it so
            do_POST = _any  # noqa: N815

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return WebServer(Handler, port)


def _kind() -> dict[str, Any]:
    return {
        "name": TYPE,
        "description": "1x H100 (80 GB PCIe)",
        "gpu_description": "H100 (80 GB PCIe)",
        "price_cents_per_hour": PRICE_CENTS,
        "specs": {"vcpus": 26, "memory_gib": 200, "storage_gib": 1024, "gpus": 1},
    }


def _error(status: int, code: str, message: str) -> tuple[int, Any]:
    return status, {"error": {"code": code, "message": message}}


if __name__ == "__main__":
    account = LambdaStandIn(key=sys.argv[2], boot_s=8, unlisted_s=2, addresses=sys.argv[3:])
    account.capacity = {REGION: len(account.addresses)}
    with account.server(int(sys.argv[1])):
        threading.Event().wait()

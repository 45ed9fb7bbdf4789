"""Client of Lambda Cloud's API: five calls, within its rate limits, retried if that is safe."""

from __future__ import annotations

from typing import Any

import requests
import requests.auth
from tenacity import Retrying, retry_if_exception_type, wait_random_exponential

from evalpkg.errors import ConfigError, EnvironmentUnfitError
from evalpkg.fleet.clock import Clock, Pace, wait_for_turn
from evalpkg.fleet.cloud.records import Instance, Offer, parse_instance, parse_offer

REQUEST_INTERVAL_S = 1.05
LAUNCH_INTERVAL_S = 12.5
"""The API allows one request a second, and five launches a minute."""
LAUNCH = "/instance-operations/launch"
PATIENCE_S = 600.0
TIMEOUT_S = (10.0, 60.0)
_REFUSED = frozenset(range(300, 500)) - {requests.codes.request_timeout}
"""Statuses that say, whoever answers, that the request was not carried out."""


class CloudError(EnvironmentUnfitError):
    """The cloud refused a request; a retry would not help."""


class CapacityError(CloudError):
    """The cloud has no free host of the type at present."""


class GoneError(CloudError):
    """The request names something that does not exist any more."""


class UnsureError(Exception):
    """A request was sent, but no answer says whether it was carried out."""


class _AgainError(Exception):
    """The request was not carried out, or may safely be repeated."""


class _Bearer(requests.auth.AuthBase):
    """Authentication by the key alone; requests would otherwise prefer a ``.netrc``."""

    def __init__(self, key: str) -> None:
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._key}"
        return request


class LambdaCloud:
    """An account of Lambda Cloud.

    Args:
        key: the API key; it is sent in a header and never shown.
        endpoint: the API's address, without a slash at its end.
        clock: time for the rate limits; a test can replace it.
    """

    def __init__(self, key: str, endpoint: str, clock: Clock | None = None) -> None:
        self._clock = clock or Clock()
        self._endpoint = endpoint
        self._session = requests.Session()
        self._session.auth = _Bearer(key)
        self._pace = Pace(REQUEST_INTERVAL_S)
        self._launch_pace = Pace(LAUNCH_INTERVAL_S)

    def instances(self) -> list[Instance]:
        """Fetch every instance of the account."""
        return [parse_instance(told) for told in self._get("/instances")]

    def offers(self) -> dict[str, Offer]:
        """Fetch every instance type, by name."""
        return {name: parse_offer(told) for name, told in self._get("/instance-types").items()}

    def ssh_keys(self) -> list[str]:
        """Fetch the names of the account's ssh keys."""
        return [told["name"] for told in self._get("/ssh-keys")]

    def launch(self, request: dict[str, Any]) -> str:
        """Start one instance, and return its id.

        Raises:
            CapacityError: no instance of the type is free.
            UnsureError: the instance may have been started, or not.
            CloudError: the cloud refused, or did not answer for ``PATIENCE_S``.
        """

        def once() -> Any:
            return self._send("POST", LAUNCH, request)

        ids = self._persist(once)["instance_ids"]
        return str(ids[0])

    def terminate(self, ids: list[str]) -> None:
        """Terminate instances; it is no error if one has already ended."""

        def once() -> Any:
            try:
                return self._send("POST", "/instance-operations/terminate", {"instance_ids": ids})
            except UnsureError as error:  # safe to repeat
                raise _AgainError(str(error)) from error

        try:
            self._persist(once)
        except GoneError:  # one is gone, and then the cloud terminates none of them
            for identity in ids if len(ids) > 1 else []:
                self.terminate([identity])

    def _get(self, path: str) -> Any:
        def once() -> Any:
            try:
                return self._send("GET", path, None)
            except UnsureError as error:
                raise _AgainError(str(error)) from error

        return self._persist(once)

    def _persist(self, once: Any) -> Any:
        """Call ``once``, and retry it with growing pauses for ``PATIENCE_S`` seconds."""
        began = self._clock.now()
        retrying = Retrying(
            retry=retry_if_exception_type(_AgainError),
            wait=wait_random_exponential(multiplier=2, max=60),
            stop=lambda _: self._clock.now() - began > PATIENCE_S,
            sleep=self._clock.sleep,
            reraise=True,
        )
        try:
            return retrying(once)
        except _AgainError as error:
            raise CloudError(
                f"Lambda Cloud did not answer for {PATIENCE_S / 60:.0f} minutes: {error}",
                "This request changed nothing. Look at https://cloud.lambda.ai/instances, then "
                "give the same command again.",
            ) from error

    def _send(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        """Send one request, and return the ``data`` of the answer."""
        also = [self._launch_pace] if path == LAUNCH else []
        wait_for_turn(self._clock, self._pace, *also)
        try:
            answer = self._session.request(
                method, self._endpoint + path, json=body, timeout=TIMEOUT_S, allow_redirects=False
            )
        except requests.ConnectTimeout as error:
            raise _AgainError("no connection") from error
        except requests.exceptions.InvalidURL as error:
            raise ConfigError(f"LAMBDA_API_ENDPOINT={self._endpoint} is not a URL") from error
        except requests.RequestException as error:
            raise UnsureError(type(error).__name__) from error
        if answer.status_code == requests.codes.too_many_requests:
            raise _AgainError("too many requests (429)")
        try:
            told = answer.json()
        except ValueError as error:
            if answer.status_code in _REFUSED:
                raise _not_the_cloud(self._endpoint, answer.status_code) from error
            raise UnsureError(f"status {answer.status_code} without an answer") from error
        if not isinstance(told, dict) or (answer.ok and "data" not in told):
            raise _not_the_cloud(self._endpoint, answer.status_code)
        if answer.ok:
            return told["data"]
        raise _refusal(answer.status_code, told.get("error") or {})


def _not_the_cloud(endpoint: str, status: int) -> CloudError:
    return CloudError(
        f"{endpoint} answers {status}, but not as Lambda Cloud does",
        "See that LAMBDA_API_ENDPOINT is right, or not set, and that no proxy answers instead.",
    )


def _refusal(status: int, error: dict[str, Any]) -> Exception:
    """Turn an error answer into an exception, by its code: messages may change."""
    code, message = str(error.get("code", "")), str(error.get("message", ""))[:300]
    said = f"{message or 'no reason given'} ({code or status})"
    if code == "instance-operations/launch/insufficient-capacity":
        return CapacityError(f"Lambda Cloud has none free: {said}")
    if code == "global/object-does-not-exist":
        return GoneError(f"Lambda Cloud refuses: {said}")
    if code.startswith("provider/") or status >= requests.codes.internal_server_error:
        return UnsureError(said)
    if status in (requests.codes.unauthorized, requests.codes.forbidden):
        return ConfigError(
            f"Lambda Cloud does not accept the key: {said}",
            "Make a new one at https://cloud.lambda.ai/api-keys and set LAMBDA_API_KEY.",
        )
    cure = (
        "Ask Lambda for a larger quota, or rent fewer or smaller hosts."
        if code == "global/quota-exceeded"
        else str(error.get("suggestion") or "")[:300]
    )
    return CloudError(f"Lambda Cloud refuses: {said}", cure)

"""The service's routes: ``POST /judge``, ``GET /tasks``, ``GET /metrics``, ``GET /health``."""

from __future__ import annotations

import hmac
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from evalpkg.errors import EvalError
from evalpkg.models import Verdict
from evalpkg.scoring import Judge
from evalpkg.serving.metrics import ServerMetrics
from evalpkg.serving.requests import JudgeRequest

LARGEST_REQUEST = 32 << 20
"""Most bytes of one request."""

Handler = Callable[[Request], Awaitable[Response]]


class Service:
    """The state that all routes share.

    Args:
        judge: judges the completions; the caller keeps it open while the service runs.
        token: the token that each request must carry.
        most_pending: most completions judged at once; further requests are asked to retry.
        own_tasks: whether requests may bring tasks of their own. Their tests run outside the
            sandbox.
    """

    def __init__(self, judge: Judge, token: str, most_pending: int, own_tasks: bool) -> None:
        self._judge = judge
        self._token = token
        self._most = most_pending
        self._own_tasks = own_tasks
        self._pending = 0
        self._metrics = ServerMetrics()

    def app(self) -> Starlette:
        """Return the application; all routes but ``/health`` require the token."""
        return Starlette(
            routes=[
                Route("/health", self._health, methods=["GET"]),
                Route("/tasks", self._guarded(self._tasks), methods=["GET"]),
                Route("/metrics", self._guarded(self._show_metrics), methods=["GET"]),
                Route("/judge", self._guarded(self._verdicts), methods=["POST"]),
            ]
        )

    def _guarded(self, handler: Handler) -> Handler:
        async def guard(request: Request) -> Response:
            given = request.headers.get("authorization", "").removeprefix("Bearer ")
            if not hmac.compare_digest(given.encode(), self._token.encode()):
                return self._refuse(
                    401, "token", "the header 'Authorization: Bearer TOKEN' is wrong"
                )
            return await handler(request)

        return guard

    async def _health(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def _tasks(self, _request: Request) -> Response:
        tasks = (self._judge.task(task_id) for task_id in self._judge.task_ids)
        return JSONResponse([{"task_id": task.task_id, "prompt": task.prompt} for task in tasks])

    async def _show_metrics(self, _request: Request) -> Response:
        return PlainTextResponse(self._metrics.page(), media_type="text/plain; version=0.0.4")

    async def _verdicts(self, request: Request) -> Response:
        started = time.monotonic()
        try:
            body = await _bounded_body(request)
        except ClientDisconnect:
            return self._refuse(400, "malformed", "the request was cut off")
        if body is None:
            return self._refuse(413, "size", f"a request may have {LARGEST_REQUEST:,} bytes")
        try:
            asked = JudgeRequest.model_validate_json(body)
        except ValidationError as error:
            return self._refuse(422, "malformed", "; ".join(map(_fault, error.errors())))
        count = len(asked.completions)
        if count > self._most:
            return self._refuse(413, "size", f"a request may have {self._most:,} completions")
        if self._pending + count > self._most:
            return self._refuse(503, "busy", "too many completions are being judged", retry_s=1)
        self._pending += count
        self._metrics.pending.set(self._pending)
        try:
            return await self._judged(asked, started)
        finally:
            self._pending -= count
            self._metrics.pending.set(self._pending)

    async def _judged(self, asked: JudgeRequest, started: float) -> Response:
        try:
            task_id = asked.task_id or await self._own_task(asked)
            verdicts = await self._judge.judge_async((task_id, text) for text in asked.completions)
        except EvalError as error:
            return self._refuse(400, "task", ". ".join(filter(None, (error.cause, error.cure))))
        self._metrics.count(verdicts)
        self._metrics.seconds.observe(time.monotonic() - started)
        return JSONResponse({"task_id": task_id, "verdicts": [_as_json(one) for one in verdicts]})

    async def _own_task(self, asked: JudgeRequest) -> str:
        if not self._own_tasks:
            raise EvalError("this service judges its own tasks only", "Start it with --own-tasks.")
        return str(
            await run_in_threadpool(
                self._judge.add_task,
                asked.prompt,
                asked.tests,
                entry_point=asked.entry_point,
                crates=asked.crates,
            )
        )

    def _refuse(self, status: int, reason: str, text: str, retry_s: int = 0) -> Response:
        self._metrics.refused.labels(reason).inc()
        headers = {"Retry-After": str(retry_s)} if retry_s else None
        return JSONResponse({"error": text}, status_code=status, headers=headers)


async def _bounded_body(request: Request) -> bytes | None:
    """Return the request's body, or None if it is too large."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_REQUEST:
            return None
    return bytes(body)


def _fault(error: Mapping[str, Any]) -> str:
    """Name the field, if there is one, and what is wrong with it."""
    place = ".".join(map(str, error["loc"]))
    return f"{place}: {error['msg']}" if place else str(error["msg"])


def _as_json(verdict: Verdict) -> dict[str, Any]:
    return {
        "verdict": verdict.kind.value,
        "passed": verdict.passed,
        "compile_ok": verdict.compile_ok,
        "error_code": verdict.error_code,
        "detail": verdict.detail,
    }

"""The ASGI application: the API, and beside it the doors that tests use."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from layersync.sandbox.answers import ApiError, JsonObject, decode, encode, invalid
from layersync.sandbox.beginning import Lines
from layersync.sandbox.delivery import deliver
from layersync.sandbox.doors import Doors
from layersync.sandbox.exchange import Call, Exchange
from layersync.sandbox.faults import Faults
from layersync.sandbox.ids import request_id


def build_app(exchange: Exchange, faults: Faults, fresh: Callable[[], Lines]) -> Starlette:
    """The application around one exchange and the fault rules in force; `fresh` is what a reset goes back to."""
    doors = Doors(exchange, faults, fresh)
    return Starlette(
        routes=[
            Route("/_sandbox/state", _door(lambda _: doors.state()), methods=["GET"]),
            Route("/_sandbox/edit", _door(doors.edit), methods=["POST"]),
            Route("/_sandbox/delete", _door(doors.delete), methods=["POST"]),
            Route("/_sandbox/faults", _door(doors.replace_faults), methods=["POST"]),
            Route("/_sandbox/reset", _door(lambda _: doors.reset()), methods=["POST"]),
            Mount("/", app=_api(exchange, faults)),
        ]
    )


def _api(exchange: Exchange, faults: Faults) -> ASGIApp:
    async def api(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            call = await _read_call(scope, receive)
        except ClientDisconnect:
            return  # killed in the middle of its request: nobody is left to answer
        twist = faults.next_twist(call.method, call.path)
        visit = await exchange.carry_out(call, twist)
        await deliver(visit.answer, twist, scope, receive, send)

    return api


async def _read_call(scope: Scope, receive: Receive) -> Call:
    request = Request(scope, receive)
    return Call(
        method=request.method,
        path=scope["raw_path"].decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        headers=request.headers,
        body=await request.body(),
        request_id=request_id(),
    )


def _door(open_door: Callable[[object], JsonObject]) -> Callable[[Request], Awaitable[Response]]:
    async def door(request: Request) -> Response:
        try:
            body = decode(await request.body() or b"null")
            return Response(encode(open_door(body)), media_type="application/json")
        except ValueError as problem:
            error = invalid(str(problem), {})
        except ApiError as refusal:
            error = refusal
        answer = error.answer(request_id())
        return Response(answer.body, answer.status, media_type="application/json")

    return door

"""The program: flags in, a filled and serving sandbox out."""

import argparse
import json
import socket
import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from importlib import resources
from pathlib import Path

from layersync.sandbox.answers import JsonObject
from layersync.sandbox.app import build_app
from layersync.sandbox.clock import Clock
from layersync.sandbox.exchange import Exchange
from layersync.sandbox.fault_rules import read_rules
from layersync.sandbox.faults import Faults
from layersync.sandbox.flags import USAGE_ERROR, read_flags
from layersync.sandbox.generate import generate
from layersync.sandbox.idempotency import KeptAnswer, Replays
from layersync.sandbox.limits import TIERS, Budgets, Tier
from layersync.sandbox.records import Records
from layersync.sandbox.request_log import RequestLog
from layersync.sandbox.server import end_with_parent, open_socket, ready_line, serve, tell
from layersync.sandbox.state_file import StateFile, StateUnusable


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the sandbox until it is told to end; returns the exit code."""
    flags = read_flags(arguments)
    with ExitStack() as opened:
        try:
            faults = _read_faults(flags.faults)
            exchange = _build_exchange(flags, opened)
            bound = open_socket(flags.host, flags.port)
        except (OSError, StateUnusable, ValueError) as problem:
            sys.stderr.write(f"sandbox: {problem}\n")
            return USAGE_ERROR
        _serve(flags, exchange, faults, bound)
    return 0


def _serve(flags: argparse.Namespace, exchange: Exchange, faults: Faults, bound: socket.socket) -> None:
    ready = ready_line(flags.host, bound)
    if exchange.state:
        exchange.state.announce(ready)
    if flags.exit_with_parent:
        end_with_parent()
    serve(build_app(exchange, faults), bound, lambda: tell(ready))


def _build_exchange(flags: argparse.Namespace, opened: ExitStack) -> Exchange:
    clock = Clock()
    records, replays = Records(), Replays(clock)
    state = opened.enter_context(closing(StateFile(flags.state))) if flags.state else None
    log = opened.enter_context(closing(RequestLog(flags.log))) if flags.log else None
    _fill(records, replays, state, flags)
    return Exchange(
        records=records,
        budgets=Budgets(_tier(flags), flags.minute, flags.window, clock),
        replays=replays,
        state=state,
        log=log,
        clock=clock,
        auth_mode=flags.auth,
        rate_headers=flags.rate_headers,
        latency=flags.latency,
    )


def _fill(records: Records, replays: Replays, state: StateFile | None, flags: argparse.Namespace) -> None:
    kept_lines = [] if state is None or flags.reset else state.lines()
    for line in kept_lines or _beginning(flags):
        records.load(line)
        for kept in line.get("answers", ()):
            replays.restore(KeptAnswer.from_json(kept))
    if state:
        state.start_with({**records.snapshot(), "answers": [kept.to_json() for kept in replays.fresh()]})


def _beginning(flags: argparse.Namespace) -> list[JsonObject]:
    seed = json.loads(resources.files("layersync.sandbox").joinpath("seed.json").read_text())
    if not flags.records:
        return [seed]
    return [seed, generate(flags.records, flags.influencers, seed["organizations"][0]["id"])]


def _tier(flags: argparse.Namespace) -> Tier:
    tier = TIERS[flags.tier]
    return tier if flags.daily is None else replace(tier, writes_per_day=flags.daily)


def _read_faults(path: Path | None) -> Faults:
    if path is None:
        return Faults()
    try:
        return Faults(read_rules(json.loads(path.read_text())))
    except ValueError as problem:
        raise ValueError(f"{path}: {problem}") from None

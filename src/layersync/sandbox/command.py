"""The program: flags in, a filled and serving sandbox out."""

import argparse
import json
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial
from pathlib import Path

from layersync.sandbox.app import build_app
from layersync.sandbox.beginning import Lines, fill, fresh_lines, kept_or_fresh
from layersync.sandbox.clock import Clock
from layersync.sandbox.exchange import Exchange
from layersync.sandbox.fault_rules import read_rules
from layersync.sandbox.faults import Faults
from layersync.sandbox.flags import USAGE_ERROR, read_flags
from layersync.sandbox.generations import GENERATIONS, Generation
from layersync.sandbox.idempotency import Replays
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
    serve(build_app(exchange, faults, _fresh(flags)), bound, lambda: tell(ready))


def _build_exchange(flags: argparse.Namespace, opened: ExitStack) -> Exchange:
    clock = Clock()
    records, replays = Records(), Replays(clock)
    state = opened.enter_context(closing(StateFile(flags.state))) if flags.state else None
    log = opened.enter_context(closing(RequestLog(flags.log))) if flags.log else None
    fill(records, replays, state, kept_or_fresh(state, _fresh(flags), reset=flags.reset))
    return Exchange(
        records=records,
        budgets=Budgets(_tier(flags), flags.minute, flags.window, clock),
        replays=replays,
        state=state,
        log=log,
        clock=clock,
        generation=_generation(flags),
        rate_headers=flags.rate_headers,
        latency=flags.latency,
    )


def _fresh(flags: argparse.Namespace) -> Callable[[], Lines]:
    return partial(fresh_lines, flags.records, flags.influencers)


def _generation(flags: argparse.Namespace) -> Generation:
    generation = GENERATIONS[flags.generation]
    return generation if flags.auth is None else replace(generation, auth=flags.auth)


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

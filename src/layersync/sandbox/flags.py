"""The flags of the sandbox."""

import argparse
import math
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from layersync.sandbox.auth import AUTH_MODES
from layersync.sandbox.generations import GENERATIONS
from layersync.sandbox.limits import TIERS, WINDOWS

USAGE_ERROR = 64

_LAST_PORT = 65_535


def read_flags(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The flags of a command line, None for the program's own; ends the program with 64 if they are wrong."""
    parser = _Parser(
        prog="layersync sandbox", description="A local stand-in for the Layers Partner API.", allow_abbrev=False
    )
    _add_server_flags(parser)
    _add_record_flags(parser)
    _add_behaviour_flags(parser)
    flags = parser.parse_args(arguments)
    if flags.influencers and not flags.records:
        parser.error("--influencers needs --records")
    return flags


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.exit(USAGE_ERROR, f"sandbox: {message}\n")


def _add_server_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument("--port", type=_port, default=8765, help="port, 0 takes a free one (%(default)s)")
    parser.add_argument("--log", type=Path, metavar="FILE", help="append one line of JSON per request")
    parser.add_argument("--exit-with-parent", action="store_true", help="end as soon as stdin ends")


def _add_record_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--state", type=Path, metavar="FILE", help="keep all changes here (sandbox.jsonl in the state directory)"
    )
    parser.add_argument("--reset", action="store_true", help="forget the kept state and start anew")
    parser.add_argument(
        "--records", type=_whole, default=0, metavar="N", help="add N generated projects to a new state"
    )
    parser.add_argument(
        "--influencers", type=_whole, default=0, metavar="N", help="spread N generated influencers over them"
    )


def _add_behaviour_flags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tier", choices=TIERS, default="standard", help="rate limits (%(default)s)")
    parser.add_argument(
        "--minute",
        type=_positive,
        default=60.0,
        metavar="SECONDS",
        help='length of the "minute" that limits count per (60)',
    )
    parser.add_argument("--window", choices=WINDOWS, default="sliding", help="how that minute is counted (%(default)s)")
    parser.add_argument(
        "--rate-headers", action=argparse.BooleanOptionalAction, default=True, help="tell the state of the budget"
    )
    parser.add_argument("--daily", type=_whole, metavar="N", help="writes per UTC day, instead of the tier's")
    parser.add_argument("--latency", type=_seconds, default=0.0, metavar="SECONDS", help="wait before each answer")
    parser.add_argument("--faults", type=Path, metavar="FILE", help="rules for what goes wrong (JSON)")
    parser.add_argument(
        "--generation",
        choices=GENERATIONS,
        default="seed",
        help="whose pages to behave like: the two PATCH pages (%(default)s), the older (a) or newer ones (b)",
    )
    parser.add_argument("--auth", choices=AUTH_MODES, help="header of the key, instead of the generation's")


def _port(text: str) -> int:
    number = _whole(text)
    if number > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"no port {text}")
    return number


def _whole(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"expected a whole number, not {text}")
    return int(text)


def _positive(text: str) -> float:
    seconds = _seconds(text)
    if seconds == 0:
        raise argparse.ArgumentTypeError("expected more than 0 seconds")
    return seconds


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 <= seconds < math.inf:
        raise argparse.ArgumentTypeError(f"expected seconds, not {text}")
    return seconds

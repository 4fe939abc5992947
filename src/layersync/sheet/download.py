"""A download with patience: a few tries, each answer whole, all of it within a time limit."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from layersync.errors import InputUnusable
from layersync.sheet.oversize import too_large
from layersync.sheet.web import AnswerTooLarge, NoAnswer, WebAnswer, WebRequest, ask

_AGAIN: Final = "check the address and the network, then run again"
_TOO_MANY_REQUESTS: Final = 429


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long a download may take in all, and the pauses before second and later tries, in seconds.

    A server may ask for other pauses (Retry-After), up to `longest_pause_s`.
    """

    total_s: float = 120.0
    pauses_s: tuple[float, ...] = (1.0, 4.0)
    longest_pause_s: float = 30.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


USUAL: Final = Patience()


async def download(name: str, request: WebRequest, max_bytes: int, patience: Patience) -> WebAnswer:
    """Gives the server's answer, good or bad; a server that is busy or broken is asked again.

    InputUnusable, with the source called `name`, where there is no whole answer in time or it is too large.
    """
    try:
        async with asyncio.timeout(patience.total_s):
            return await _answer(request, max_bytes, patience)
    except TimeoutError:
        raise InputUnusable(f"{name} did not arrive whole within {patience.total_s:g} s", _AGAIN) from None
    except AnswerTooLarge:
        raise too_large(name, max_bytes) from None
    except NoAnswer as error:
        raise InputUnusable(f"{name} cannot be read: {error}", _AGAIN) from None


async def _answer(request: WebRequest, max_bytes: int, patience: Patience) -> WebAnswer:
    for pause_s in patience.pauses_s:
        wait_s = pause_s
        try:
            answer = await ask(request, max_bytes)
        except NoAnswer as error:
            if error.final:
                raise
        else:
            wait_s = _asked_pause_s(answer, pause_s)
            if not _passing(answer) or wait_s > patience.longest_pause_s:
                return answer
        await patience.sleep(wait_s)
    return await ask(request, max_bytes)


def _passing(answer: WebAnswer) -> bool:
    return answer.status == _TOO_MANY_REQUESTS or answer.status >= 500


def _asked_pause_s(answer: WebAnswer, otherwise: float) -> float:
    """Retry-After in seconds; a date there is rare, and counts as not stated."""
    text = answer.headers.get("retry-after", "").strip()
    return max(float(text), otherwise) if re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) else otherwise

"""layersync's own writing client: gate, retry and transport as a run has them, alone on this machine."""

import json
import random
from functools import partial

from benchmarks.pacers.errand import Task
from layersync.api.clock import SystemClock
from layersync.api.connect import connect
from layersync.api.crowd import each
from layersync.api.http import HttpTransport
from layersync.api.meaning import Kind
from layersync.api.retry import Tries
from layersync.api.stop import Stop
from layersync.api.tiers import budget_of
from layersync.api.wire import Request


async def send(task: Task) -> int:
    """Sends the task; gives how many requests were given up."""
    clock = SystemClock()
    transport = HttpTransport(task.url, {"Authorization": f"Bearer {task.key}"}, 30.0, "benchmark")
    link = await connect(
        transport,
        task.url,
        task.url,
        partial(budget_of, window_s=task.window_s, share=0.9),
        clock=clock,
        stop=Stop(),
        rng=random.Random(1),
        max_attempts=4,
    )
    writer = link.writer()
    done = 0

    async def one(errand: tuple[int, str]) -> None:
        nonlocal done
        number, path = errand
        body = json.dumps(task.body(number)).encode()

        async def prepare() -> Request:
            return Request(method="PATCH", path=path, body=body, idempotency_key=f"{task.key}-{number}")

        judgement = await writer.patch(prepare, Tries(clock.now()))
        done += judgement.kind is Kind.DONE

    await each(list(enumerate(task.paths)), one, writer.workers)
    await transport.close()
    return len(task.paths) - done

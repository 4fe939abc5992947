"""The event loop of a command, which ends with its work, whatever threads are still about."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Thread
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def run(work: Coroutine[object, object, T]) -> T:
    """Runs like `asyncio.run`, but does not wait for a thread in the end.

    Names are looked up in threads, and the system may take half a minute to find that nobody answers (reliability C5):
    a run that was asked to end, or has given up, is not to be held up by that.
    """
    with asyncio.Runner() as runner:
        runner.get_loop().set_default_executor(_Unawaited())
        return runner.run(work)


class _Unawaited(ThreadPoolExecutor):
    """A thread for each call, which neither the loop nor the end of the program waits for."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Starts the call at once."""
        answer: Future[T] = Future()
        answer.set_running_or_notify_cancel()

        def work() -> None:
            try:
                answer.set_result(fn(*args, **kwargs))
            except BaseException as error:
                answer.set_exception(error)

        Thread(target=work, daemon=True).start()
        return answer

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leaves the threads alone."""

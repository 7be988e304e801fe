"""Work divided into independent parts, done here or on the machines of a dask cluster, with the same result.

A function that can divide its work takes `run`, which is used as `map` is: `run(function, items)` gives the
results in the order of the items. The built-in `map` does the work here, one item after the other, and is what
is used when nothing else is asked for.

    with on_cluster("tcp://192.0.2.1:8786") as run:
        grouping = duplicate_groups(records, run=run)
"""

import gc
import pickle
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, Protocol, TypeVar

from evisynth.errors import DataError

Item = TypeVar("Item")
Result = TypeVar("Result")

# Items that wait on the cluster for each of its threads: enough that none is idle, few enough for the memory.
WAITING = 3
SECONDS_TO_CONNECT = 20


class Map(Protocol):
    """As the built-in `map`: the function's results in the order of the items."""

    def __call__(self, function: Callable[[Item], Result], items: Iterable[Item], /) -> Iterable[Result]: ...


@contextmanager
def on_cluster(address: str) -> Iterator[Map]:
    """A `run` that does the work on the dask cluster whose scheduler has this address.

    Its workers need this version of Evisynth. Items and results travel over the network, a few at a time.

    Raises
    ------
    DataError : dask.distributed is not installed, or no scheduler with workers answers at the address.
    """
    try:
        from distributed import Client  # noqa: PLC0415 - an extra, and slow to import
    except ImportError:
        raise DataError(
            "A cluster needs dask.distributed, which is not installed: pip install 'evisynth[cluster]'."
        ) from None
    try:
        client: Any = Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise DataError(
            f"No dask scheduler answers at {address!r} ({error}). An address is like tcp://192.0.2.1:8786, "
            "and `dask scheduler` prints it."
        ) from error
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise DataError(
                f"The dask scheduler at {address} has no workers; `dask worker {address}` starts one."
            )
        yield _in_order(client, WAITING * threads)


def _in_order(client: Any, most: int) -> Map:
    """A map over the cluster of which at most so many items are under way at once.

    Items and results travel as bytes, since dask would look into each list of them for work of its own.
    """

    def sent(function: Callable[[Item], Result], item: Item) -> Any:
        data = client.scatter(pickle.dumps((function, item), pickle.HIGHEST_PROTOCOL), hash=False)
        return client.submit(_called, data, pure=False)

    def run(function: Callable[[Item], Result], items: Iterable[Item], /) -> Iterator[Result]:
        coming = iter(items)
        under_way = deque(sent(function, item) for item in islice(coming, most))
        while under_way:
            result: Result = pickle.loads(under_way.popleft().result())  # noqa: S301 - our own workers wrote it
            under_way.extend(sent(function, item) for item in islice(coming, 1))
            yield result

    return run


def _called(data: bytes) -> bytes:
    """What a worker does: the function of the item, both as bytes."""
    with without_garbage_search():
        function, item = pickle.loads(data)  # noqa: S301 - our own client wrote it
        return pickle.dumps(function(item), pickle.HIGHEST_PROTOCOL)


@contextmanager
def without_garbage_search() -> Iterator[None]:
    """All records live until the end; looking for garbage among millions of them takes a third of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()

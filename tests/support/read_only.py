"""A database that can only be read for a while, whatever kind it is of."""

import contextlib
from collections.abc import Iterator

from django.db import connection

WAYS = {  # vendor -> how it begins and ends
    "sqlite": ("PRAGMA query_only=ON", "PRAGMA query_only=OFF"),
    "postgresql": ("SET default_transaction_read_only=on", "SET default_transaction_read_only=off"),
}


@contextlib.contextmanager
def read_only() -> Iterator[None]:
    begin, end = WAYS[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(begin)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(end)

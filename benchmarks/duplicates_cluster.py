"""Duplicates on a dask cluster of two worker processes on this machine, beside the same work without one.

    python benchmarks/duplicates_cluster.py [RECORDS ...]

Prints for each number of invented records the seconds of both, and how long the client itself was at work: its
part is not divided, so however many workers there are, it takes at least that long. Asserts that both give the
same groups, and nothing about time.
"""

import csv
import gc
import sys
import tempfile
import time
from pathlib import Path

from distributed import LocalCluster
from synthetic_exports import COLUMNS, rows

from evisynth.cluster import Map, on_cluster
from evisynth.search.duplicates import Grouping, duplicate_groups
from evisynth.search.duplicates.tables import read_table
from evisynth.search.record import Record


def timed(records: dict[str, Record], run: Map) -> tuple[float, float, Grouping]:
    """Seconds by the clock, seconds of this process at work, and the groups."""
    clock, work = time.perf_counter(), time.process_time()
    grouping = duplicate_groups(records, run=run)
    return time.perf_counter() - clock, time.process_time() - work, grouping


def main(sizes: list[int]) -> None:
    gc.disable()  # as the command does
    print(
        f"{'records':>10}  {'here, s':>8}  {'cluster, s':>10}  {'client at work, s':>17}  at most times as fast"
    )
    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster:
        for size in sizes:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "records.csv"
                with path.open("w", encoding="utf-8", newline="") as file:
                    writer = csv.DictWriter(file, COLUMNS)
                    writer.writeheader()
                    writer.writerows(rows(size))
                records = read_table(path)
            here, _, grouping = timed(records, map)
            with on_cluster(cluster.scheduler_address) as run:
                there, client, found = timed(records, run)
            assert found == grouping
            print(f"{size:10,}  {here:8.1f}  {there:10.1f}  {client:17.1f}  {here / client:.1f}")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [100_000, 1_000_000])

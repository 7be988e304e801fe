"""Duplicates: how good and how fast, on labelled sets and on invented records; beside bib-dedupe where it is there.

    python benchmarks/duplicates.py --labelled FOLDER [--bib-dedupe PYTHON] [--sizes 10000 100000 1000000]

FOLDER has <set>.csv.gz with the columns id, cluster and those that `evisynth search dedup` reads. bib-dedupe
is no dependency; it needs an environment of its own:

    python -m venv /tmp/bib && /tmp/bib/bin/pip install bib-dedupe==0.11.0
    python benchmarks/duplicates.py --labelled FOLDER --bib-dedupe /tmp/bib/bin/python

Both programs get the same records in one run, each in a process of its own, alternately; only the search for
duplicates is timed, not reading and writing. It asserts nothing: times depend on the machine.
"""

import argparse
import csv
import gc
import gzip
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from synthetic_exports import COLUMNS, rows

BIB_DEDUPE = """
import sys, time
import pandas as pd
from bib_dedupe.bib_dedupe import block, cluster, match, prep
records = pd.read_csv(sys.argv[1], dtype=str, keep_default_na=False).rename(columns={"id": "ID"})
records = records.drop(columns=["cluster", "pmid", "database"])
records["ENTRYTYPE"] = "article"
start = time.perf_counter()
groups = cluster(match(block(prep(records))))
seconds = time.perf_counter() - start
with open(sys.argv[2], "w") as out:
    print("id,cluster", file=out)
    for number, group in enumerate(groups):
        for name in group:
            print(f"{name},{number}", file=out)
print(f"seconds {seconds}")
"""


def ours(path: Path, out: Path) -> None:
    """What the measured process does: read, find, write; prints the times as JSON."""
    from evisynth.cli.search_dedup import write_clusters
    from evisynth.search.duplicates import duplicate_groups
    from evisynth.search.duplicates.tables import read_table

    gc.disable()  # as the command does
    start = time.perf_counter()
    records = read_table(path)
    read = time.perf_counter()
    grouping = duplicate_groups(records)
    found = time.perf_counter()
    write_clusters(out, records, grouping)
    shown = {name for pair in grouping.review_band for name in (pair.a, pair.b)}
    figures = {
        "seconds": found - read,
        "whole": time.perf_counter() - start,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "shown": len(shown),
        "band": [(pair.a, pair.b) for pair in grouping.review_band],
    }
    print(json.dumps(figures))


def measured(path: Path, out: Path) -> dict[str, object]:
    command = [sys.executable, __file__, "--measure", str(path), str(out)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    return dict(json.loads(done.stdout))


def peer(python: str, path: Path, out: Path) -> float:
    """Seconds that bib-dedupe takes."""
    done = subprocess.run(  # noqa: S603
        [python, "-c", BIB_DEDUPE, str(path), str(out)], check=True, capture_output=True, text=True
    )
    return float(done.stdout.rsplit("seconds ", 1)[1])


def clusters(path: Path) -> dict[str, str]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8", newline="") as file:
        return {row["id"]: row["cluster"] for row in csv.DictReader(file)}


def scores(true: dict[str, str], predicted: dict[str, str]) -> tuple[float, float, float]:
    """F1, sensitivity and specificity of removing all but one record of each cluster, at record level."""
    alone = {name: predicted.get(name) or f"alone {name}" for name in true}
    cells = len({(true[name], alone[name]) for name in true})
    publications, groups = len(set(true.values())), len(set(alone.values()))
    tp, fp, fn = len(true) - cells, cells - groups, cells - publications
    return 2 * tp / (2 * tp + fp + fn), tp / (tp + fn), 1 - fp / publications


def with_band(true: dict[str, str], predicted: dict[str, str], band: list[list[str]]) -> dict[str, str]:
    """The clusters after a person has decided each pair of the review band as labelled."""
    merged = dict(predicted)
    for a, b in band:
        if true[a] == true[b]:
            old, new = merged[b], merged[a]
            merged = {name: new if cluster == old else cluster for name, cluster in merged.items()}
    return merged


def labelled(folder: Path, python: str, work: Path) -> None:
    print("set            records  program     F1      sens.   spec.   +band   shown  records/s  ratio")
    for path in sorted(folder.glob("*.csv.gz")):
        true, name = clusters(path), path.name.removesuffix(".csv.gz")
        out = work / "out.csv"
        figures = measured(path, out)
        speed = len(true) / float(str(figures["seconds"]))
        predicted = clusters(out)
        f1, sensitivity, specificity = scores(true, predicted)
        band = scores(true, with_band(true, predicted, figures["band"]))[1]  # type: ignore[arg-type]
        shown = int(str(figures["shown"])) / len(true)
        print(
            f"{name:14} {len(true):7}  evisynth    {f1:.4f}  {sensitivity:.4f}  {specificity:.4f}  {band:.4f}  "
            f"{shown:5.1%}  {speed:9,.0f}"
        )
        if python:
            slow = len(true) / peer(python, path, out)
            f1, sensitivity, specificity = scores(true, clusters(out))
            print(
                f"{'':22}  bib-dedupe  {f1:.4f}  {sensitivity:.4f}  {specificity:.4f}  {'':15}  "
                f"{slow:9,.0f}  {speed / slow:5.0f}"
            )


def scaling(sizes: list[int], work: Path) -> None:
    print("\ninvented records  finding s  records/s  read, find, write s  peak MB  F1")
    for size in sizes:
        path, out = work / f"{size}.csv", work / "out.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(rows(size))
        figures = {key: float(str(value)) for key, value in measured(path, out).items() if key != "band"}
        f1 = scores(clusters(path), clusters(out))[0]
        print(
            f"{size:16,}  {figures['seconds']:9.1f}  {size / figures['seconds']:9,.0f}  {figures['whole']:19.1f}  "
            f"{figures['megabytes']:7,.0f}  {f1:.4f}"
        )
        path.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--labelled", type=Path, help="folder of the labelled sets")
    parser.add_argument("--bib-dedupe", default="", metavar="PYTHON", help="Python that has bib-dedupe")
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--measure", type=Path, nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        ours(*given.measure)
        return
    with tempfile.TemporaryDirectory() as work:
        if given.labelled:
            labelled(given.labelled, given.bib_dedupe, Path(work))
        scaling(given.sizes, Path(work))


if __name__ == "__main__":
    main()

"""How fast RIS is read and converted and how much memory that takes, beside rispy where that is installed.

Run it with the project's environment: python benchmarks/parsing.py [MB]
It makes its own RIS of so many megabytes (100) in a temporary folder and does each thing three times in turn, in
processes of their own. Printed are the median by processor time and the peak of memory. It asserts nothing: times
depend on the machine.
"""

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ris_samples import write_sample

TIMES = 3
WAYS = {  # name -> what is measured
    "records in parts": "read part by part, each part dropped after it",
    "whole reading": "read whole: all records with their raw text",
    "convert to ris": "evisynth search convert, to RIS",
    "convert to csv": "evisynth search convert, to CSV",
    "convert to xlsx": "evisynth search convert, to an Excel workbook",
    "rispy": "rispy, all records as dictionaries",
}


def measure(way: str, path: Path) -> None:
    """Do one thing in this process and print seconds of work, megabytes of memory and the number of records."""
    if way.startswith("convert"):
        out = path.with_suffix(f".out.{way.rpartition(' ')[2]}")
        command = [sys.executable, "-m", "evisynth", "search", "convert", str(path), "-o", str(out)]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, None]))
        return
    start = time.process_time()
    if way == "rispy":
        import rispy

        with path.open(encoding="utf-8") as file:
            count = len(rispy.load(file))
    elif way == "whole reading":
        from evisynth.search.formats import read_file

        count = len(read_file(path).records)
    else:
        from evisynth.search.formats import read_in_parts

        count = sum(len(part.records) for part in read_in_parts(path))
    seconds = time.process_time() - start
    print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, count]))


def main(megabytes: float) -> None:
    try:
        import rispy  # noqa: F401
    except ImportError:
        ways = [way for way in WAYS if way != "rispy"]
        print("rispy is not installed; to compare: python -m pip install rispy")
    else:
        ways = list(WAYS)
    measured: dict[str, list[tuple[float, float, int | None]]] = {way: [] for way in ways}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sample.ris"
        write_sample(path, megabytes)
        size = path.stat().st_size / 1e6
        for _ in range(TIMES):
            for way in ways:
                command = [sys.executable, __file__, "--measure", way, str(path)]
                done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
                measured[way].append(tuple(json.loads(done.stdout)))
    counts = {count for runs in measured.values() for *_, count in runs if count is not None}
    print(f"RIS of {size:.0f} MB, {' or '.join(f'{count:,}' for count in counts)} records")
    for way, runs in measured.items():
        seconds, memory = statistics.median(run[0] for run in runs), max(run[1] for run in runs)
        print(f"{size / seconds:6.1f} MB/s {seconds:6.1f} s {memory:6.0f} MB of memory  {WAYS[way]}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2], Path(sys.argv[3]))
    else:
        main(float(sys.argv[1]) if len(sys.argv) > 1 else 100)

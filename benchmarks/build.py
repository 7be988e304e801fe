"""How long each step of building the milk review takes, and the peak memory of the whole build.

Run it with the project's environment: python benchmarks/build.py [milk|peanut]
It prints a table and asserts nothing: times depend on the machine.
"""

import resource
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

START = time.perf_counter()


def main(example: str) -> None:
    """Build once in this process, step by step."""
    steps: list[tuple[str, float]] = [("start of the interpreter's work", START)]

    def step(name: str) -> None:
        steps.append((name, time.perf_counter()))

    step("import of the program, database in memory")
    from evisynth.cli.demo import example_folder
    from evisynth.cli.opening import open_database

    open_database()
    from evisynth.store.review_folder import carry_out, write_report

    with tempfile.TemporaryDirectory() as folder:
        checked = carry_out(example_folder(example), step)
        write_report(checked, Path(folder) / "report", step)
    step("end")
    records = checked.findings.flow.records
    print(f"{example}: {records} records, {checked.findings.flow.screened} unique")
    for (name, start), (_, end) in pairwise(steps):
        print(f"{end - start:8.2f} s  {name}")
    print(f"{steps[-1][1] - START:8.2f} s  in all")
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:8.0f} MB peak memory")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "milk")

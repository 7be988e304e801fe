"""How the time to read hostile text grows with it: junk in the middle of a good sample, for each format.

Run it with the project's environment: python benchmarks/hostile_text.py
Each sample of tests/search/formats/samples is read with 40,000 and with 320,000 characters of each junk of
hostile_text.json beside it. Printed is the largest time of each format and, where it is above 0.2 s, by how much it
grew: 8 is linear, 64 is quadratic. It asserts nothing: times depend on the machine.
"""

import json
import time
from contextlib import suppress
from pathlib import Path

from evisynth.errors import DataError
from evisynth.search.formats import read_bytes, read_file

TESTS = Path(__file__).parents[1] / "tests" / "search" / "formats"
SIZES = (40_000, 320_000)


def seconds(text: str, form: str) -> float:
    """Processor time of one reading; the better of two."""
    took = []
    for _ in range(2):
        start = time.process_time()
        with suppress(DataError):  # a refusal costs time too
            read_bytes(text.encode(), format=form)
        took.append(time.process_time() - start)
    return min(took)


def main() -> None:
    junks = json.loads((TESTS / "hostile_text.json").read_text())
    for path in sorted((TESTS / "samples").iterdir()):
        reading = read_file(path)
        text = path.read_bytes().decode(reading.encoding)
        middle = text.rfind("Water")
        worst, growth, of = 0.0, 0.0, ""
        for name, junk in junks.items():
            small, large = (
                seconds(text[:middle] + junk * (size // len(junk)) + text[middle:], reading.format)
                for size in SIZES
            )
            if large > worst:
                worst, growth, of = large, large / small, name
        told = f", {growth:.0f} times that of an eighth of it" if worst > 0.2 else ""
        print(f"{path.name:24} {worst:6.2f} s for {SIZES[1]:,} characters of {of}{told}", flush=True)


if __name__ == "__main__":
    main()

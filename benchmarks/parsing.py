"""How fast RIS is read and how much memory that takes, beside rispy where that is installed.

Run it with the project's environment: python benchmarks/parsing.py [MB]
It makes its own RIS of so many megabytes (100) in a temporary folder, reads it in processes of their own and
prints a table. It asserts nothing: times depend on the machine.
"""

import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

SYLLABLES = ("al", "be", "cor", "di", "en", "fra", "gi", "ho", "im", "ju", "ka", "lo", "mi", "no", "ra", "te")
WAYS = {  # name -> what is measured
    "records in parts": "evisynth, part by part (raw records dropped after each part)",
    "whole reading": "evisynth, all records with their raw text in one Reading",
    "rispy": "rispy, all records as dictionaries",
}


def words(source: random.Random, count: int) -> str:
    return " ".join("".join(source.choices(SYLLABLES, k=source.randint(1, 4))) for _ in range(count))


def records(source: random.Random) -> Iterator[str]:
    """Records as an export of a database has them, about 2 kB each; some letters are not ASCII."""
    number = 0
    while True:
        number += 1
        authors = "".join(f"A1  - {words(source, 1).title()}, {source.choice('ABCDÉ')}.\n" for _ in range(6))
        page = source.randint(1, 900)
        yield (
            f"TY  - JOUR\nID  - {number}\nT1  - {words(source, 12).capitalize()}\n{authors}"
            f"Y1  - {source.randint(1980, 2024)}//\nN2  - {words(source, 220)}\n"
            f"KW  - {words(source, 2)}\nKW  - {words(source, 1)}\nJF  - {words(source, 3).title()}\n"
            f"VL  - {source.randint(1, 90)}\nIS  - {source.randint(1, 12)}\nSP  - {page}\nEP  - {page + 7}\n"
            f"SN  - 1234-5678\nDO  - 10.1000/example.{number}\nUR  - https://example.org/{number}\nER  - \n\n"
        )


def write_sample(path: Path, megabytes: int) -> None:
    source, written = random.Random(1), 0  # noqa: S311 - invented data need no cryptography
    with path.open("wb") as file:
        for record in records(source):
            written += file.write(record.encode())
            if written >= megabytes * 1_000_000:
                return


def measure(way: str, path: Path) -> None:
    """Read once in this process and print records, MB/s and the peak of its memory."""
    start, start_of_work = time.perf_counter(), time.process_time()
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
    seconds, work = time.perf_counter() - start, time.process_time() - start_of_work
    size = path.stat().st_size / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{count:9,} records  {size / seconds:6.1f} MB/s ({size / work:.1f} by processor time)  "
        f"{seconds:6.1f} s  {peak:6.0f} MB peak memory  {WAYS[way]}"
    )


def main(megabytes: int) -> None:
    try:
        import rispy  # noqa: F401
    except ImportError:
        ways = [way for way in WAYS if way != "rispy"]
        print("rispy is not installed; to compare: python -m pip install rispy")
    else:
        ways = list(WAYS)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sample.ris"
        write_sample(path, megabytes)
        print(f"RIS of {path.stat().st_size / 1e6:.0f} MB")
        for way in ways:
            subprocess.run([sys.executable, __file__, "--measure", way, str(path)], check=True)  # noqa: S603


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(sys.argv[2], Path(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100)

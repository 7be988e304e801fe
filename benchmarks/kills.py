"""Kill a site at random moments while people vote, settle, import and export, and see that nothing is lost or half.

    python benchmarks/kills.py [--rounds 10] [--seed 1] [--database sqlite|postgresql|both] [--file 800]
    python benchmarks/kills.py --rounds 200 --file 3000      the long run: 200 moments on each kind of database

Each round starts `evisynth serve` with its worker, lets seven people work in it at once, and kills the whole group of
processes (SIGKILL) after 0.2 to 3 seconds. Then the database is compared with what the people were told. Every tenth
round a site is also left in peace until all its work is done. After 25 rounds the next site begins anew. `--file` is the
number of records in each file that is imported.

Printed is, for each activity: how many kills broke it off; how often it was acknowledged (all of it must be there); and
of what was not acknowledged, how often it was there as a whole and how often not at all. Background work is broken off
and begins again. Anything else is a failure, which is printed, and the exit code is 1. PostgreSQL itself is not killed.
"""

import argparse
import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tools")]
ROUNDS_OF_A_SITE = 25


@contextlib.contextmanager
def sqlite() -> Iterator[str]:
    yield ""


def run(kind: str, given: argparse.Namespace) -> int:
    """So many rounds on one kind of database; prints the table and gives the number of failures."""
    import with_postgres
    from support.kills import Count, Kills

    counts: dict[str, Count] = {}
    failures, loaded, calm, begun = [], 0, 0, time.monotonic()
    for start in range(0, given.rounds, ROUNDS_OF_A_SITE):
        rounds = min(ROUNDS_OF_A_SITE, given.rounds - start)
        database = with_postgres.server() if kind == "postgresql" else sqlite()
        with database as url, tempfile.TemporaryDirectory() as folder:
            kills = Kills(Path(folder), given.seed + start, url=url, file=given.file)
            for number in kills.until(rounds):
                if kills.failures:
                    print(f"round {start + number}: {kills.failures[-1][:300]}", flush=True)
            failures += kills.failures
            print(f"{kind}: {start + rounds} kills, {len(failures)} failures", flush=True)
            loaded, calm = loaded + kills.exports_loaded, calm + -(-rounds // 10)
            for activity, count in kills.counts.items():
                total = counts.setdefault(activity, Count())
                for name in ("kills", "acknowledged", "whole", "absent"):
                    setattr(total, name, getattr(total, name) + getattr(count, name))
    seconds = time.monotonic() - begun
    print(f"\n{kind}: {given.rounds} kills in {seconds:.0f} s, seed {given.seed}, {given.file} records in each file; "
          f"{calm} times all work was waited for; {loaded} exports loaded again")  # fmt: skip
    print(f"{'activity':<50}{'kills in it':>12}{'acknowledged':>14}{'whole':>7}{'absent':>8}")
    for activity, count in sorted(counts.items()):
        work = ": " in activity or activity.startswith("nothing")
        open_ones = f"{count.acknowledged or '':>14}" + (
            f"{'-':>7}{'-':>8}" if work else f"{count.whole:>7}{count.absent:>8}"
        )
        print(f"{activity:<50}{count.kills:>12}{open_ones}")
    print(f"failures: {len(failures)}", flush=True)
    for failure in failures[:20]:
        print("   ", failure)
    return len(failures)


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rounds", type=int, default=10)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--database", choices=("sqlite", "postgresql", "both"), default="both")
    asked.add_argument("--file", type=int, default=800)
    given = asked.parse_args()
    import with_postgres

    failed = 0
    for kind in ("sqlite", "postgresql") if given.database == "both" else (given.database,):
        try:
            failed += run(kind, given)
        except with_postgres.UnavailableError as reason:
            print(f"{kind}: not run: {reason}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

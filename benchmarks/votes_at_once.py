"""Twenty people vote on the same record at the same moment, a thousand times; then the rules are checked.

Run it with the project's environment:

    python benchmarks/votes_at_once.py [rounds]
    python tools/with_postgres.py .venv/bin/python benchmarks/votes_at_once.py [rounds]

It works in the database of EVISYNTH_DATABASE (a new file of SQLite when unset) and ends with an error where a person
has two active votes, an item stands elsewhere than its votes say, or the history does not hold.
"""

import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
PEOPLE = 20
STAGE = "title-abstract"


def main(rounds: int) -> None:
    from evisynth.cli.opening import open_database

    open_database(os.environ["EVISYNTH_DATABASE"])
    from support.many_records import made_review, member

    review = made_review(rounds, PEOPLE, "at-once")
    people = [member(review, f"p{number + 1}") for number in range(PEOPLE)]
    outcomes: Counter[str] = Counter()
    barrier = threading.Barrier(PEOPLE)
    threads = [
        threading.Thread(target=votes, args=(number, who, rounds, barrier, outcomes))
        for number, who in enumerate(people)
    ]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"{rounds} rounds of {PEOPLE} at once in {time.perf_counter() - start:.0f} s: {dict(outcomes)}")
    check(review)


def votes(number: int, who: object, rounds: int, barrier: threading.Barrier, outcomes: Counter[str]) -> None:
    """One person's part: in turn the same vote as all and one of their own; some take it back at once."""
    from django.db import connection

    from evisynth.store.voting import Refused, vote, withdraw

    choose = random.Random(number)  # noqa: S311 - a made-up reader
    for at in range(1, rounds + 1):
        barrier.wait()
        try:
            decision = ("include", choose.choice(("include", "exclude", "maybe")))[at % 2]
            given = vote(who, STAGE, f"made:{at}", decision)  # type: ignore[arg-type]
            outcomes["written" if given.row else "there already"] += 1
            if choose.random() < 0.2:
                withdraw(who, STAGE, f"made:{at}")  # type: ignore[arg-type]
                outcomes["taken back"] += 1
        except Refused as refused:
            outcomes[type(refused).__name__] += 1
    connection.close()


def check(review: object) -> None:
    from evisynth.screening.decisions import Vote, state
    from evisynth.store import models as rows
    from evisynth.store.history import breaks
    from evisynth.store.screening_items import rebuild

    active: dict[int, list[Vote]] = {}
    for row in rows.Decision.objects.filter(review=review, active=True).select_related("person", "record"):
        active.setdefault(row.record.group_id or 0, []).append(Vote(row.person.key, row.decision))  # type: ignore[arg-type]
    items = list(rows.ScreeningItem.objects.filter(review=review, stage=STAGE))
    for item in items:  # `state` refuses two votes of one person
        assert item.state == state(active.get(item.group_id, []), 2).state, item.pk

    def kept() -> list[tuple[object, ...]]:
        found = rows.ScreeningItem.objects.filter(review=review)
        return sorted(found.values_list("stage", "group", "state", "votes"))

    before = kept()
    rebuild(review)  # type: ignore[arg-type]
    assert kept() == before, "replaying the decisions gives other items"
    parts = ("when", "who", "what", "before", "after", "previous", "hash")
    events = list(rows.Event.objects.filter(review=review).order_by("position").values(*parts))
    assert not list(breaks(events)), "the history does not hold"
    print(
        f"{len(items)} items stand as their votes say, {len(events)} events hold: {Counter(i.state for i in items)}"
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("EVISYNTH_DATABASE", f"sqlite:///{folder}/votes.sqlite3")
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)

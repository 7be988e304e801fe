"""Invented records of several databases with known copies, for timing: the same seed gives the same records."""

import random
from collections.abc import Iterator

CONSONANTS, VOWELS = "bcdfghjklmnprstvwz", "aeiou"
SMALL = ("of", "in", "and", "the", "with", "for", "a", "on")
DATABASES = ("MEDLINE", "Embase", "CENTRAL", "CINAHL", "Web of Science", "Scopus")
COPIES = (1, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4)  # databases that hold a publication: 1.75 on average
COLUMNS = ("id", "author", "title", "year", "journal", "volume", "number", "pages", "doi", "abstract", "isbn",
           "pmid", "database", "cluster")  # fmt: skip

Row = dict[str, str]


def rows(size: int, seed: int = 1) -> Iterator[Row]:
    """`size` records with the columns of the labelled sets; copies of one publication follow each other."""
    dice = random.Random(seed)  # noqa: S311 - invented data need no cryptography
    words = Words(dice)
    made = place = 0
    while made < size:
        publication = words.publication(place)
        for database in dice.sample(DATABASES, dice.choice(COPIES)):
            if made < size:
                yield copied(publication, dice, database) | {"id": f"r{made:07d}"}
                made += 1
        place += 1


class Words:
    """Invented words, names and journals; some are far more frequent than others, as in life."""

    def __init__(self, dice: random.Random) -> None:
        self.dice = dice
        self.titles = [self.word(2, 5) for _ in range(8000)]
        self.names = [self.word(2, 3).capitalize() for _ in range(20000)]
        self.journals = [" ".join(self.word(2, 4).capitalize() for _ in range(3)) for _ in range(2000)]

    def word(self, shortest: int, longest: int) -> str:
        length = self.dice.randint(shortest, longest)
        return "".join(self.dice.choice(CONSONANTS) + self.dice.choice(VOWELS) for _ in range(length))

    def frequent(self, pool: list[str]) -> str:
        return pool[int(len(pool) * self.dice.random() ** 2)]

    def sentence(self, length: int) -> str:
        text = [
            self.dice.choice(SMALL) if self.dice.random() < 0.3 else self.frequent(self.titles)
            for _ in range(length)
        ]
        return " ".join(text)

    def publication(self, place: int) -> Row:
        dice = self.dice
        first = dice.randint(1, 1900)
        names = [
            f"{self.frequent(self.names)}, {dice.choice('ABCDEFGHJKLM')}." for _ in range(dice.randint(1, 8))
        ]
        return {
            "author": "; ".join(names),
            "title": self.sentence(dice.randint(6, 18)).capitalize(),
            "year": str(dice.randint(1980, 2024)),
            "journal": self.frequent(self.journals),
            "volume": str(dice.randint(1, 150)),
            "number": str(dice.randint(1, 12)),
            "pages": f"{first}-{first + dice.randint(1, 12)}",
            "doi": f"10.{1000 + place % 97}/test.{place:07d}" if dice.random() < 0.8 else "",
            "abstract": self.sentence(dice.randint(60, 150)).capitalize() if dice.random() < 0.6 else "",
            "isbn": "",
            "pmid": str(10_000_000 + place) if dice.random() < 0.6 else "",
            "cluster": str(place),
        }


def copied(row: Row, dice: random.Random, database: str) -> Row:
    """The record as one database writes it."""
    first, last = row["pages"].split("-")
    medline = database in {"MEDLINE", "CENTRAL"}
    return row | {
        "title": row["title"] + "."
        if dice.random() < 0.4
        else row["title"].upper()
        if dice.random() < 0.1
        else row["title"],
        "author": row["author"].replace(".", "") if dice.random() < 0.4 else row["author"],
        "journal": abbreviated(row["journal"]) if dice.random() < 0.4 else row["journal"],
        "number": "" if dice.random() < 0.2 else row["number"],
        "pages": dice.choice(
            (first, row["pages"], f"{first}-{last[-2:]}" if len(last) == len(first) > 2 else row["pages"])
        ),
        "doi": "" if dice.random() < 0.3 else row["doi"],
        "abstract": "" if dice.random() < 0.2 else row["abstract"],
        "pmid": row["pmid"] if medline else "",
        "database": database,
    }


def abbreviated(journal: str) -> str:
    return " ".join(word[:5] for word in journal.split())

"""Invented RIS in the dialects of Ovid and Scopus: the same seed gives the same bytes.

Sizes are those of real exports: some 3 kB and 48 lines a record, 5 authors, 18 keywords and 1,450 characters of
abstract. One abstract in four runs over several lines. As in real exports, Ovid writes ASCII in most records and
Scopus in few; an abstract in ten names a trial's registration.
"""

import random
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

from synthetic_exports import SMALL, Words

FOREIGN = ("é", "ü", "ø", "ñ", "ł", "ç")
SIGNS = ("±", "≥", "–", "β", "µg", "°C", "’s", "×")


class Samples:
    """Makes records; words, names and journals recur as they do in an export."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - invented data need no cryptography
        words = Words(self.dice)
        self.words = [*words.titles, *SMALL * 400]
        self.names = words.names
        self.foreign = [self._foreign(name) if self.dice.random() < 0.1 else name for name in words.names]
        self.journals = words.journals
        self.headings = [f"{self.sentence(2)}, {self.text(1)}" for _ in range(20000)]

    def _foreign(self, word: str) -> str:
        place = self.dice.randrange(1, len(word))
        return word[:place] + self.dice.choice(FOREIGN) + word[place + 1 :]

    def text(self, words: int) -> str:
        return " ".join(self.dice.choices(self.words, k=words))

    def sentence(self, words: int) -> str:
        text = self.text(words)
        return text[0].upper() + text[1:]

    def abstract(self, with_signs: float) -> str:
        """An abstract, this share of them with signs that are not ASCII."""
        labels = ("BACKGROUND", "METHODS", "RESULTS", "CONCLUSION")
        text = " ".join(f"{label}: {self.sentence(self.dice.randint(20, 75))}." for label in labels)
        if self.dice.random() < with_signs:
            text = text.replace(" and ", f" {self.dice.choice(SIGNS)} ", 3)
        if self.dice.random() < 0.1:
            text += f" Trial registration: NCT{self.dice.randint(1, 9_999_999):08d}."
        return textwrap.fill(text, 90) if self.dice.random() < 0.25 else text

    def authors(self, names: list[str], initials: Sequence[str]) -> list[str]:
        choice = self.dice.choice
        return [f"{choice(names)}, {choice(initials)}" for _ in range(self.dice.randint(2, 8))]

    def address(self, names: list[str]) -> str:
        return f"Department of {self.text(3).title()}, University of {self.dice.choice(names)}"

    def numbers(self) -> list[str]:
        """Volume, issue and pages."""
        dice, first = self.dice, self.dice.randint(1, 1900)
        values = (dice.randint(1, 150), dice.randint(1, 12), first, first + dice.randint(1, 12))
        return [f"{tag}  - {value}" for tag, value in zip(("VL", "IS", "SP", "EP"), values, strict=True)]

    def ovid(self, number: int) -> str:
        """A record as Ovid writes it from Embase: a number before it, NL after its end."""
        dice, names, initials = self.dice, self.names, ("A B", "Maria", "J.", "K L", "Chen-Yu")
        journal, accession = dice.choice(self.journals), 2_000_000_000 + number
        lines = [
            f"{number}.",
            "TY  - JOUR",
            "DB  - Embase",
            f"AN  - {accession}",
            f"ID  - {accession}",
            f"T1  - {self.sentence(14)}.",
            *(f"A1  - {name}" for name in self.authors(names, initials)),
            f"AI  - ORCID: https://orcid.org/0000-0002-{dice.randint(1000, 9999)}-{dice.randint(1000, 9999)}",
            f"Y1  - {dice.randint(1980, 2024)}//",
            f"N2  - {self.abstract(0.2)}",
            *(f"KW  - {word}" for word in dice.sample(self.headings, dice.randint(8, 28))),
            f"JF  - {journal}",
            "LA  - English",
            *self.numbers(),
            "CY  - United States",
            "PB  - Elsevier B.V.",
            f"SN  - {dice.randint(1000, 9999)}-{dice.randint(1000, 9999)}",
            *(f"AD  - {self.address(names)}, Turkey" for _ in range(dice.randint(1, 3))),
            f"M1  - ({dice.choice(names)} A.) {self.address(names)}, Turkey",
            f"C1  - {self.text(2)} (drug), {self.text(2)} (drug)",
            f"N1  - Copyright 2024 {self.text(4)}. Embase update {dice.randint(1, 52)}",
            f"UR  - https://ovidsp.ovid.com/ovidweb.cgi?T=JS&PAGE=reference&D=emed&NEWS=N&AN={accession}",
            f"DO  - https://dx.doi.org/10.{1000 + number % 97}/j.test.{number:07d}",
            "ER  - ",
            f"NL  - {journal[:12]}",
            "\n",
        ]
        return "\n".join(lines)

    def scopus(self, number: int) -> str:
        """A record as Scopus writes it: an affiliation an author, a long address, a note of its own."""
        dice, names = self.dice, self.foreign
        authors, doi = (
            self.authors(names, ("A.B.", "M.", "J.", "K.L.")),
            f"10.{1000 + number % 97}/s{number:07d}",
        )
        link = f"eid=2-s2.0-{85_000_000_000 + number}&doi={doi.replace('/', '%2f')}&md5={dice.getrandbits(128):032x}"
        writer = f"{authors[0]}; {self.address(names)}, Türkiye; email: someone@example.org"
        lines = [
            "TY  - JOUR",
            *(f"AU  - {name}" for name in authors),
            f"TI  - {self.sentence(14)}",
            f"PY  - {dice.randint(1980, 2024)}",
            f"T2  - {dice.choice(self.journals)}",
            *self.numbers(),
            f"DO  - {doi}",
            f"UR  - https://www.scopus.com/inward/record.uri?{link}&partnerID=40",
            *(f"AD  - {self.address(names)}, Türkiye" for _ in authors),
            f"AB  - {self.abstract(0.6)} © 2024 The Author(s).",
            *(f"KW  - {word}" for word in dice.sample(self.headings, dice.randint(8, 28))),
            f"PB  - {self.text(2).title()}",
            f"SN  - {dice.randint(10_000_000, 99_999_999)} (ISSN)",
            f"C2  - {20_000_000 + number}",
            "LA  - English",
            f"J2  - {dice.choice(self.journals)[:10]}.",
            "M3  - Article",
            "DB  - Scopus",
            f"N1  - Export Date: 05 August 2024; Cited By: {dice.randint(0, 90)}; Correspondence Address: {writer}",
            "ER  - ",
            "\n",
        ]
        return "\n".join(lines)

    def records(self) -> Iterator[str]:
        """Records without end, of both dialects in turn."""
        number = 0
        while True:
            yield self.ovid(number := number + 1)
            yield self.scopus(number := number + 1)


def write_sample(path: Path, megabytes: float, seed: int = 1) -> None:
    """Write RIS of about so many megabytes."""
    written = 0
    with path.open("wb") as file:
        for record in Samples(seed).records():
            written += file.write(record.encode())
            if written >= megabytes * 1_000_000:
                return

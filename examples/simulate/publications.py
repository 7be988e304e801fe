"""Publications: what exists before any database has a record of it. The truth that de-duplication must find."""

from dataclasses import dataclass, replace
from random import Random

from latin import latin_title
from topics import NUMBERS, READ_IN_FULL, Topic, topics_for
from vocabulary import FAMILIES, GIVEN, JOURNALS, SLOTS, UNIVERSITIES, Journal

MARK = "Simulated record."
Person = tuple[str, str]  # family and given names
Words = dict[str, list[str]]  # the words that filled the slots of a title

PEANUT_WORDS = (
    ("cow's milk protein", "peanut"), ("cow's milk", "peanut"), ("Cow's milk", "Peanut"), ("Baked milk", "Boiled peanut"),
    ("baked milk", "boiled peanut"), ("milk", "peanut"), ("Milk", "Peanut"),
)  # fmt: skip
PEANUT_SLOTS = {
    "protein": ("Ara h 1", "Ara h 2", "Ara h 3", "Ara h 6", "Ara h 8", "peanut lectin", "arachin", "conarachin", "oleosin"),
    "formula": (
        "roasted peanut flour", "boiled peanut", "peanut oil", "defatted peanut extract", "fermented peanut paste",
        "low-allergen peanut lines", "peanut butter", "modified Ara h proteins",
    ),
    "scheme": ("rush", "slow up-dosing", "home-based", "low-dose", "individualised", "weekly", "two-phase", "peanut-flour", "nurse-led"),
    "crop": ("runner peanuts", "legume crops", "groundnut cultivars", "harvested pods", "wild Arachis species", "stored kernels"),
    "treatment": ("irrigation", "gene silencing", "fungicide use", "crop rotation", "gamma irradiation", "late harvest"),
}  # fmt: skip


@dataclass(frozen=True)
class Publication:
    """One publication. `fate` is what becomes of it in the review: "", "read", "lost", "included", "ongoing", "awaiting"."""

    key: str
    title: str
    authors: tuple[Person, ...]
    year: int
    journal: Journal
    month: int = 1
    group: str = ""  # a group that signs as author
    original_title: str = ""
    language: str = "en"
    volume: str = ""
    issue: str = ""
    first: str = ""
    last: str = ""
    doi: str = ""
    pmid: str = ""
    abstract: str = ""
    keywords: tuple[str, ...] = ()
    affiliation: str = ""
    kind: str = "article"  # article, meeting, thesis, registration
    near: str = "far"
    registry: str = ""
    fate: str = ""
    reason: str = ""
    study: str = ""
    report: str = ""
    sources: tuple[str, ...] = ()  # where it must be found; empty: by chance


def words_of(title: str) -> frozenset[str]:
    """The words of a title that can tell it from another."""
    words = title.lower().replace("-", " ").replace(":", " ").replace(",", " ").split()
    return frozenset(word for word in words if len(word) > 3)


class Library:
    """Makes publications that nobody could take for one another: titles differ, and no two share a page."""

    def __init__(self, seed: str, food: str, last: tuple[int, int]) -> None:
        self.rng = Random(seed)
        self.food, self.last = food, last  # year and month of the newest record
        self.slots = SLOTS | (PEANUT_SLOTS if food == "peanut" else {})
        self.titles: list[frozenset[str]] = []
        self.pages: dict[tuple[str, int], int] = {}
        self.words: Words = {}  # of the title made last
        self.number = 0

    def fill(self, template: str, earlier: Words | None = None) -> tuple[str, Words]:
        """Fill the slots of a template, each use with another word; words used `earlier` are used again first."""
        if self.food == "peanut":
            for milk, peanut in PEANUT_WORDS:
                template = template.replace(milk, peanut)
        used: Words = {}
        while "{" in template:
            start = template.index("{")
            slot = template[start + 1 : template.index("}", start)]
            again = [word for word in (earlier or {}).get(slot, ()) if word not in used.get(slot, ())]
            taken = used.setdefault(slot, [])
            word = (
                again[0]
                if again
                else self.rng.choice([one for one in self.slots[slot] if not one or one not in taken])
            )
            taken.append(word)
            before = template[:start]
            if before.endswith((" a ", "A ")) and word[:1] in "aeiou":
                before = before[:-1] + "n "
            template = before + word + template[start + len(slot) + 2 :]
        return (template[0].upper() if template[0].isascii() else template[0]) + template[1:], used

    def new(self, title: str) -> bool:
        """Whether a title is far enough from all earlier ones; if so, it is taken."""
        words = words_of(title)
        if any(len(words & other) > 0.7 * len(words | other) for other in self.titles):
            return False
        self.titles.append(words)
        return True

    def title(self, templates: tuple[str, ...]) -> str:
        while True:
            title, self.words = self.fill(self.rng.choice(templates))
            if self.new(title):
                return title

    def people(self, low: int = 2, high: int = 7) -> tuple[Person, ...]:
        families = self.rng.sample(FAMILIES, self.rng.randint(low, high))
        return tuple(
            (family, " ".join(self.rng.sample(GIVEN, self.rng.choice((1, 1, 2))))) for family in families
        )

    def abstract(self, topic: Topic) -> str:
        """Two sentences that go with the title made last, and the mark that says what they are."""
        n = self.rng.randint(14, 480)
        counted = self.rng.choice(NUMBERS).format(
            n=n, k=n - self.rng.randint(1, 9), m=self.rng.randint(6, 72)
        )
        if topic.id in ("mouse", "herd", "crop"):
            counted = (
                counted.replace("patients", "animals")
                .replace("people", "samples")
                .replace("participants", "animals")
            )
        return f"{self.fill(self.rng.choice(topic.gist), self.words)[0]}. {counted}. {MARK}"

    def article(self, title: str, topic: Topic, **known: object) -> Publication:
        """A journal article, or the abstract of a meeting, with a place in a journal that no other has."""
        rng = self.rng
        self.number += 1
        kind = str(
            known.get("kind") or ("meeting" if topic.near != "far" and rng.random() < 0.11 else "article")
        )
        field = "meeting" if kind == "meeting" else topic.field
        journal = known.get("journal") or rng.choice([one for one in JOURNALS if one.field == field])
        assert isinstance(journal, Journal)
        given = known.get("year")
        earliest = max(1970, journal.began + 1, 2000 if topic.near == "near" else 0)
        years = range(earliest, self.last[0] + 1)
        year = (
            given
            if isinstance(given, int)
            else rng.choices(years, [1.09 ** (one - earliest) for one in years])[0]
        )
        month = rng.randint(1, 12 if year < self.last[0] else self.last[1])
        place = self.pages.get((journal.name, year), rng.randint(1, 12))
        length = 0 if kind == "meeting" else rng.randint(2, 9)
        self.pages[journal.name, year] = place + length + rng.randint(1, 9)
        made = Publication(
            key=f"{self.food}-{self.number:04d}", title=title, authors=self.people(), year=year, month=month, journal=journal,
            volume=str(year - journal.began + 1), issue="Suppl 1" if kind == "meeting" else str((month + 1) // 2),
            first=f"S{place}" if kind == "meeting" else str(place), last="" if kind == "meeting" else str(place + length),
            doi=f"10.5555/sim.{journal.issn[5:8]}.{year}.{self.number:04d}" if year >= 1999 and rng.random() < 0.85 else "",
            pmid=str(90_000_000 + self.number * 37) if kind == "article" and journal.field != "animal" else "",
            abstract=self.abstract(topic), keywords=self.keywords(title), affiliation=rng.choice(UNIVERSITIES),
            kind=kind, near=topic.near,
        )  # fmt: skip
        return replace(made, **known)  # type: ignore[arg-type]

    def keywords(self, title: str) -> tuple[str, ...]:
        words = [word for word in sorted(words_of(title)) if word.isalpha() and len(word) > 4]
        return tuple(self.rng.sample(words, min(3, len(words))))

    def thesis(self, topic: Topic) -> Publication:
        school = Journal(self.rng.choice(UNIVERSITIES), "", "", 1960, "thesis")
        made = self.article(self.title(topic.titles), topic, kind="article")
        return replace(
            made,
            authors=made.authors[:1],
            journal=school,
            volume="",
            issue="",
            first="",
            last="",
            doi="",
            pmid="",
            kind="thesis",
        )

    def registration(self, topic: Topic, **known: object) -> Publication:
        """A trial's registration: no authors, no journal, an identifier that no register has given."""
        made = self.article(str(known.pop("title", "")) or self.title(topic.titles), topic, kind="article")
        register = "ISRCTN" if self.food == "peanut" and not known and self.rng.random() < 0.3 else "NCT"
        made = replace(
            made, authors=(), volume="", issue="", first="", last="", doi="", pmid="", kind="registration",
            year=max(made.year, 2004), registry=f"{register}{90_000_000 + self.number}",
        )  # fmt: skip
        return replace(made, **known)  # type: ignore[arg-type]

    def latin(self, topic: Topic) -> Publication:
        """An article in Spanish or Portuguese with an English title beside it."""
        while True:
            english, original, language = latin_title(self.rng, self.food)
            if self.new(english) and self.new(original):
                break
        journal = self.rng.choice([one for one in JOURNALS if one.field == "latin"])
        return self.article(
            english, topic, kind="article", journal=journal, original_title=original, language=language
        )

    def read_in_full(self, reason: str) -> Publication:
        near = topics_for(self.food)[0]
        return self.article(self.title(READ_IN_FULL[reason]), near, fate="read", reason=reason)

    def rest(self, count: int) -> list[Publication]:
        """The pile: records that are excluded by title and abstract."""
        topics = topics_for(self.food)
        shares = [topic.share for topic in topics]
        pile = []
        for _ in range(count):
            topic = self.rng.choices(topics, shares)[0]
            chance = self.rng.random()
            if chance < 0.03:
                pile.append(self.latin(topic))
            elif chance < 0.045:
                pile.append(self.thesis(topic))
            elif chance < 0.06:
                pile.append(self.registration(topic))
            else:
                pile.append(self.article(self.title(topic.titles), topic))
        return pile

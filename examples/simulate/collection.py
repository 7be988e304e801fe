"""The whole of one example's publications, with the fate of each, and the hard pairs that people decide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from known import further, pending, twin_journal
from publications import MARK, Library, Publication
from topics import topics_for


@dataclass(frozen=True)
class Plan:
    """What an example is made of. `read`: exclusion reason -> how many reports are excluded for it."""

    food: str
    seed: str
    last: tuple[int, int]
    unique: int
    primary: tuple[Publication, ...]
    further: str
    pending: str
    read: Mapping[str, int]
    lost: int
    lost_reasons: tuple[str, ...]


@dataclass(frozen=True)
class HardPair:
    """Two records that the program should not decide alone: (publication, source) each."""

    a: tuple[str, str]
    b: tuple[str, str]
    decision: str
    person: str
    reason: str


def publications(plan: Plan) -> list[Publication]:
    """All publications of an example; the number of different ones is what the plan says."""
    library = Library(plan.seed, plan.food, plan.last)
    near = topics_for(plan.food)[0]
    everything = list(plan.primary)
    for known in [*further(plan.further), *pending(plan.pending)]:
        title = str(known.pop("title"))
        library.new(title)
        make = library.registration if known["kind"] == "registration" else library.article
        everything.append(make(title=title, topic=near, **known))
    for reason, count in plan.read.items():
        everything += [library.read_in_full(reason) for _ in range(count)]
    everything += [
        replace(library.read_in_full(reason), fate="lost", reason="")
        for reason in [plan.lost_reasons[place % len(plan.lost_reasons)] for place in range(plan.lost)]
    ]
    everything += printed_again(library, everything)
    lookalikes = alike(library)
    pile = library.rest(plan.unique - len(everything) - len(lookalikes) - LATER)
    everything += pile + lookalikes
    everything += later_papers(library, pile)
    return everything


LATER = 4  # meeting abstracts and articles of the pile that are followed by a paper or an erratum of their own title


def printed_again(library: Library, everything: list[Publication]) -> list[Publication]:
    """Meeting abstracts that a second supplement prints again: other publications with the same words."""
    near = topics_for(library.food)[0]
    abstracts = [
        one
        for one in everything
        if one.kind == "meeting" and one.fate == "read" and one.reason == "not-randomised"
    ]
    made = []
    for first in abstracts[:3]:
        again = library.article(
            first.title, near, kind="meeting", journal=twin_journal(first.journal), year=first.year, authors=first.authors, fate="read",
            reason="duplicate-publication", abstract=first.abstract, affiliation=first.affiliation, keywords=first.keywords, doi="",
            sources=("web-of-science",),
        )  # fmt: skip
        made.append(replace(again, key=f"{first.key}-again"))
    return made


def alike(library: Library) -> list[Publication]:
    """Different articles under one short title."""
    topic = topics_for(library.food)[5]
    title = {"milk": "Cow's milk allergy", "peanut": "Peanut allergy"}[library.food]
    return [library.article(title, topic, kind="article") for _ in range(3)]


def later_papers(library: Library, pile: list[Publication]) -> list[Publication]:
    """The full papers that follow meeting abstracts under the same title, and errata."""
    meetings = [one for one in pile if one.kind == "meeting" and one.year < library.last[0]][: LATER // 2]
    articles = [one for one in pile if one.pmid and one.near == "related" and one.year < library.last[0]][
        : LATER - len(meetings)
    ]
    made = []
    for first in meetings:
        paper = library.article(
            first.title,
            topics_for(library.food)[5],
            kind="article",
            year=first.year + 1,
            authors=first.authors,
            sources=("medline", "web-of-science"),
        )
        made.append(replace(paper, key=f"{first.key}-paper"))
    for first in articles:
        erratum = library.article(
            f"Erratum: {first.title}", topics_for(library.food)[5], kind="article", year=first.year + 1, journal=first.journal,
            authors=first.authors, sources=("medline",), abstract=f"An invented erratum. {MARK}",
        )  # fmt: skip
        made.append(replace(erratum, key=f"{first.key}-erratum"))
    return made


def errata_in_doubt(everything: Sequence[Publication]) -> set[str]:
    """Keys of the errata that begin on the same page as their article, so that rules do not tell the two apart."""
    first_page = {one.key: one.first for one in everything}
    return {
        one.key
        for one in everything
        if one.key.endswith("-erratum") and first_page[one.key.removesuffix("-erratum")] == one.first
    }


def hard_pairs(everything: Sequence[Publication], broken: Mapping[str, str]) -> list[HardPair]:
    """What people decide: abstracts printed again, later papers and errata stay apart, a garbled record is merged."""
    errata = errata_in_doubt(everything)
    pairs = []
    for one in everything:
        if one.key.endswith("-again"):
            reason = "The same meeting abstract in two supplements: two publications; the second is excluded as a duplicate publication."
            pairs.append(
                HardPair((one.key.removesuffix("-again"), ""), (one.key, ""), "keep apart", "ra", reason)
            )
        elif one.key.endswith("-paper"):
            reason = "The first is the abstract of a meeting, the second the full paper a year later."
            pairs.append(
                HardPair((one.key.removesuffix("-paper"), ""), (one.key, ""), "keep apart", "rb", reason)
            )
        elif one.key in errata:
            reason = "The first is the article, the second its erratum a year later, which starts on the same page of another volume."
            pairs.append(
                HardPair((one.key.removesuffix("-erratum"), ""), (one.key, ""), "keep apart", "ra", reason)
            )
    for place, (key, source) in enumerate(broken.items()):
        reason = "Same first author, journal and year; the shorter record has lost the rest of its title, volume and pages."
        pairs.append(HardPair((key, ""), (key, source), "merge", ("ra", "rb")[place % 2], reason))
    return pairs

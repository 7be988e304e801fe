"""The databases of the two examples: platform, dialect, habits, and how likely they hold a publication."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

from copies import Copy, Style
from dialects import bibliographies, cinahl, cochrane, embase, ovid, pubmed, registers, scopus, web_of_science
from publications import Publication

Writer = Callable[[Sequence[Copy]], bytes]


PLAIN = Style()


@dataclass(frozen=True)
class Source:
    """One source of a review. `holds`: kind or field of a publication -> chance that the source has it."""

    id: str
    name: str
    platform: str
    write: Writer
    suffix: str
    holds: Mapping[str, float]
    style: Style = PLAIN
    kind: str = "database"
    coverage: str = ""
    limits: str = ""
    piece: int = 0  # records in one file, 0: all


def chance(source: Source, publication: Publication, food: str) -> float:
    """How likely a source holds a publication."""
    kind = publication.kind if publication.kind != "article" else publication.journal.field
    likely = source.holds.get("other register" if publication.registry.startswith("ISRCTN") else kind, 0)
    if publication.near == "near" and likely:
        likely = min(0.95, 1.35 * likely)
    if (
        food == "milk"
        and publication.kind == "article"
        and publication.year == 2012
        and publication.month >= 7
    ):
        return {"pubmed-in-process": 0.95, "medline": 0.05}.get(source.id, likely)
    return 0 if source.id == "pubmed-in-process" else likely


def found_in(sources: Sequence[Source], publication: Publication, food: str, rng: Random) -> list[str]:
    """The sources that hold a publication: one at least."""
    if publication.sources:
        return list(publication.sources)
    if publication.report.endswith("-article"):
        return [
            source.id for source in sources if source.id in PRIMARY_IN and _in_time(source.id, publication)
        ]
    chances = [chance(source, publication, food) for source in sources]
    if not publication.pmid:
        chances = [
            0 if source.id in NEEDS_PMID else likely for source, likely in zip(sources, chances, strict=True)
        ]
    found = [source.id for source, likely in zip(sources, chances, strict=True) if rng.random() < likely]
    return found or [rng.choices([source.id for source in sources], chances)[0]]


NEEDS_PMID = frozenset({"pubmed", "pubmed-in-process"})
PRIMARY_IN = frozenset({"pubmed", "pubmed-in-process", "medline", "embase", "central", "cochrane", "web-of-science", "scopus", "biosis",
                        "google-scholar", "trip"})  # fmt: skip


def _in_time(source: str, publication: Publication) -> bool:
    """A report that was only online at the time is in the sources that list such reports."""
    online = not publication.volume
    return (
        source in {"pubmed-in-process", "pubmed", "embase", "scopus"}
        if online
        else source != "pubmed-in-process"
    )


STRATEGY_TAIL = (
    "exp Milk Hypersensitivity/", "exp Desensitization, Immunologic/", "(oral adj3 (immunotherapy or desensiti* or toleran*)).tw.",
    "1 and (2 or 3)", "simulated search strategy and result",
)  # fmt: skip

MILK = (
    Source(
        "medline", "MEDLINE", "Ovid", partial(ovid.ris, database="Ovid MEDLINE(R) 1946 to October 1 2012", strategy=STRATEGY_TAIL), "ris",
        {"clinical": 0.46, "laboratory": 0.36, "latin": 0.1}, Style("plain", stop=True, short_pages=True, doi=0.7),
        coverage="1946 to 2012-10-01",
    ),
    Source(
        "pubmed", "PubMed", "National Library of Medicine", pubmed.nbib, "nbib",
        {"clinical": 0.36, "laboratory": 0.33, "latin": 0.35}, Style(stop=True, short_pages=True), coverage="to 2012-10-01",
    ),
    Source(
        "pubmed-in-process", "PubMed, records in process and supplied by publishers", "National Library of Medicine", pubmed.xml, "xml",
        {"clinical": 0.95, "laboratory": 0.95, "latin": 0.5}, Style(stop=True), coverage="to 2012-10-01",
        limits="records not yet indexed",
    ),
    Source(
        "embase", "Embase", "Embase.com", embase.ris, "ris", {"clinical": 0.44, "laboratory": 0.38, "latin": 0.25},
        Style("plain", doi=0.85, early=0.03), coverage="1974 to 2012-10-01", limits="articles, without conference abstracts",
    ),
    Source(
        "embase-conferences", "Embase conference abstracts", "Embase.com", partial(embase.table, query="milk:ti AND [conference abstract]/lim"),
        "csv", {"meeting": 0.8}, Style("plain", doi=0.6), coverage="2000 to 2012-10-01 (as simulated)", limits="conference abstracts",
    ),
    Source(
        "central", "CENTRAL", "Cochrane Library, Wiley", cochrane.ris, "ris", {"clinical": 0.07, "laboratory": 0.01, "meeting": 0.08},
        Style("plain", short_pages=True, doi=0.5, abstract=0.9), coverage="2012, issue 9",
    ),
    Source(
        "cinahl", "CINAHL", "EBSCOhost", cinahl.ris, "ris", {"clinical": 0.13}, Style(stop=True, capitals=0.4, doi=0.3, abstract=0.7),
        coverage="1981 to 2012-10-01",
    ),
    Source(
        "biosis", "BIOSIS Previews", "Ovid", partial(ovid.labelled, database="BIOSIS Previews"), "txt",
        {"clinical": 0.05, "laboratory": 0.22, "animal": 0.5, "meeting": 0.25}, Style("german", stop=True, doi=0.4, issue=0.9),
        coverage="1969 to 2012-10-01",
    ),
    Source(
        "web-of-science", "Web of Science", "Thomson Reuters Web of Knowledge", web_of_science.plain_text, "txt",
        {"clinical": 0.27, "laboratory": 0.34, "animal": 0.5, "meeting": 0.3}, Style("plain", capitals=0.1, doi=0.6),
        coverage="1970 to 2012-10-01", piece=500,
    ),
    Source(
        "scopus", "Scopus", "Elsevier", scopus.table, "csv", {"clinical": 0.29, "laboratory": 0.32, "animal": 0.5, "latin": 0.3},
        Style(capitals=0.15, shout=0.02, doi=0.85, early=0.02), coverage="1966 to 2012-10-01",
    ),
    Source(
        "lilacs", "LILACS", "BVS portal", partial(bibliographies.lilacs, encoding="cp1252"), "ris", {"latin": 0.9, "clinical": 0.003},
        Style(short_journal=True, doi=0.2), coverage="1982 to 2012-10-01",
    ),
    Source(
        "proquest", "ProQuest Dissertations & Theses", "ProQuest", bibliographies.proquest, "ris", {"thesis": 1}, Style(capitals=0.6, curly=True),
        coverage="1970 to 2012-10-01",
    ),
    Source(
        "clinicaltrials", "ClinicalTrials.gov", "National Library of Medicine", partial(registers.ctgov_json, condition="Milk Hypersensitivity"),
        "json", {"registration": 1}, kind="register", coverage="to 2012-10-01",
    ),
)  # fmt: skip

PEANUT = (
    Source("amed", "AMED", "Ovid", partial(ovid.medline, database="AMED (Allied and Complementary Medicine)"), "txt",
           {"clinical": 0.03}, Style("plain", stop=True, doi=0.1), coverage="1985 to January 2012"),
    Source("biosis", "BIOSIS Previews", "Ovid", partial(ovid.labelled, database="BIOSIS Previews"), "txt",
           {"clinical": 0.06, "laboratory": 0.25, "animal": 0.4, "meeting": 0.3}, Style("german", stop=True, doi=0.4), coverage="1969 to January 2012"),
    Source("cab", "CAB Abstracts", "Ovid", partial(ovid.ris, database="CAB Abstracts 1973 to 2012 Week 02", strategy=STRATEGY_TAIL[1:]), "ris",
           {"laboratory": 0.12, "animal": 0.7}, Style("plain", doi=0.4), coverage="1973 to January 2012"),
    Source("cinahl", "CINAHL", "EBSCOhost", cinahl.table, "csv", {"clinical": 0.15}, Style(stop=True, capitals=0.4, doi=0.4), coverage="1981 to January 2012"),
    Source("cochrane", "The Cochrane Library (CENTRAL)", "Wiley", cochrane.table, "csv", {"clinical": 0.12, "laboratory": 0.02, "meeting": 0.1},
           Style("plain", short_pages=True, doi=0.5), coverage="2012, issue 1"),
    Source("embase", "EMBASE", "Embase.com", partial(embase.ris, encoding="utf-16"), "ris",
           {"clinical": 0.5, "laboratory": 0.45, "latin": 0.25, "meeting": 0.6}, Style("plain", doi=0.85), coverage="1974 to January 2012"),
    Source("global-health", "Global Health", "Ovid", partial(ovid.medline, database="Global Health"), "txt", {"clinical": 0.04, "animal": 0.2},
           Style("plain", stop=True, doi=0.2), coverage="1973 to January 2012"),
    Source("google-scholar", "Google Scholar", "Google", bibliographies.scholar, "bib", {"clinical": 0.1, "laboratory": 0.08, "thesis": 0.5, "animal": 0.05},
           Style(capitals=0.1), coverage="first 200 results", limits="sorted by relevance"),
    Source("indmed", "IndMed", "National Informatics Centre, New Delhi", partial(bibliographies.simple_ris, database="IndMed"), "ris",
           {"clinical": 0.012}, Style("plain", short_journal=True), coverage="1985 to January 2012"),
    Source("web-of-science", "ISI Web of Science", "Thomson Reuters Web of Knowledge", web_of_science.ris, "ris",
           {"clinical": 0.3, "laboratory": 0.4, "animal": 0.5, "meeting": 0.25}, Style("plain", doi=0.6), coverage="1970 to January 2012"),
    Source("lilacs", "LILACS", "BVS portal", partial(bibliographies.lilacs, encoding="utf-8"), "ris", {"latin": 0.9},
           Style(short_journal=True, doi=0.2), coverage="1982 to January 2012"),
    Source("medline", "MEDLINE", "PubMed", pubmed.nbib, "nbib", {"clinical": 0.55, "laboratory": 0.5, "latin": 0.3},
           Style(stop=True, short_pages=True), coverage="1950 to January 2012"),
    Source("pakmedinet", "PakMediNet", "PakMediNet", partial(bibliographies.simple_ris, database="PakMediNet"), "ris", {"clinical": 0.008},
           Style("plain"), coverage="1995 to January 2012"),
    Source("trip", "TRIP", "Trip Database", partial(bibliographies.simple_ris, database="TRIP"), "ris", {"clinical": 0.05}, Style(), coverage="January 2012"),
    Source("clinicaltrials", "ClinicalTrials.gov", "National Library of Medicine", partial(registers.ctgov_table, condition="Peanut Hypersensitivity"),
           "csv", {"registration": 1}, kind="register", coverage="to January 2012"),
    Source("ictrp", "WHO International Clinical Trials Registry Platform", "World Health Organization", registers.ictrp, "csv", {"other register": 1},
           kind="register", coverage="to January 2012", limits="without the records of ClinicalTrials.gov, which was searched itself"),
)  # fmt: skip

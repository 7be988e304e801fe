"""nbib, the format of PubMed: one line a field.

Has no place for database, accession number and links. A record that is not in PubMed gets PMID 0, since the
line is what starts a record.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from evisynth.search.formats.writing.plain import family_and_given, initials, without_semicolons
from evisynth.search.normalise import registry_ids
from evisynth.search.record import Record


def pieces(records: Iterable[Record]) -> Iterator[bytes]:
    """The file of these records, as nbib holds them."""
    between = ""
    for record in records:
        lines = (f"{tag:<4}- {value}\n" for tag, value in _fields(record) if value is not None)
        yield (between + "".join(lines)).encode()
        between = "\n"


def held(record: Record) -> Record:
    """What nbib holds of a plain record: all but database, accession number and links."""
    texts = (record.title, record.abstract)
    return replace(
        record,
        keywords=without_semicolons(record).keywords,
        registry_ids=registry_ids(*record.registry_ids, *texts),
        accession=record.pmid,
        database="PubMed",
        links=(),
    )


def _fields(record: Record) -> Iterator[tuple[str, str | None]]:
    """Tag and value; a value of None is not written. A record without title has an empty TI."""
    yield "PMID", record.pmid or "0"
    yield "PMC", record.pmcid or None
    yield "TI", record.title
    yield from (("TT", title) for title in record.other_titles)
    yield "LID", f"{record.doi} [doi]" if record.doi else None
    for name in record.authors:
        family, given = family_and_given(name)
        yield "FAU", name
        yield "AU", f"{family} {initials(given)}".strip()
    yield "AB", record.abstract or None
    yield from (("OAB", text) for text in record.other_abstracts)
    yield "DP", str(record.year) if record.year else None
    yield "JT", record.journal or None
    yield "TA", record.journal_abbreviation or None
    yield "VI", record.volume or None
    yield "IP", record.issue or None
    yield "PG", record.pages or None
    yield "PT", record.type or None
    yield "LA", record.language or None
    yield from (("IS", number) for number in record.issn)
    yield from (("SI", number) for number in record.registry_ids)
    yield from (("OT", word) for word in record.keywords)

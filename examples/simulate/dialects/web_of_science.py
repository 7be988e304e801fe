"""Web of Science: plain text and RIS."""

from collections.abc import Sequence

from copies import Copy
from dialects.tags import Field, each, lines, where, wrapped

TYPES = {"article": "Article", "meeting": "Meeting Abstract", "thesis": "Thesis", "registration": "Data set"}
LANGUAGES = {"en": "English", "es": "Spanish", "pt": "Portuguese"}


def plain_text(copies: Sequence[Copy]) -> bytes:
    """Plain text: BOM, FN and VR before, EF after, AU and AF, continuation lines indented by three blanks."""
    body = "".join(_record(copy) for copy in copies)
    return ("\ufeffFN Thomson Reuters Web of Knowledge\nVR 1.0\n" + body + "EF").encode()


def _record(copy: Copy) -> str:
    publication = copy.publication
    people = copy.names("{family}, {initials}")
    fields: list[Field] = [
        ("PT", "J"), ("AU" if copy.authors else "CA", "\n   ".join(people)),
        ("AF", "\n   ".join(copy.names("{family}, {given}")) if copy.authors else ""), ("TI", wrapped(copy.title, 75, "   ")),
        ("SO", copy.journal.upper()), ("LA", LANGUAGES[publication.language]), ("DT", TYPES[publication.kind]),
        ("ID", wrapped("; ".join(word.upper() for word in publication.keywords), 75, "   ")),
        ("AB", wrapped(copy.abstract, 200, "   ")), ("C1", where(publication.affiliation)), ("SN", publication.journal.issn),
        ("J9", copy.journal_short.upper()), ("JI", f"{'. '.join(copy.journal_short.split())}."), ("PD", copy.month.upper()),
        ("PY", str(copy.year)), ("VL", copy.volume), ("IS", copy.issue), ("BP", copy.first), ("EP", copy.last),
        ("DI", copy.doi), ("UT", f"WOS:{copy.accession}{copy.accession[::-1][:6]}"),
    ]  # fmt: skip
    return lines(fields, " ") + "ER\n\n"


def ris(copies: Sequence[Copy]) -> bytes:
    """RIS: BOM, the journal in capitals in T2, the accession number in AN."""
    parts = []
    for copy in copies:
        publication = copy.publication
        fields: list[Field] = [
            ("TY", "JOUR"), *each("AU", copy.names("{family}, {initials}")), ("TI", copy.title), ("T2", copy.journal.upper()),
            ("LA", LANGUAGES[publication.language]), *each("KW", (word.upper() for word in publication.keywords)),
            ("AB", copy.abstract), ("AD", where(publication.affiliation)), ("SN", publication.journal.issn),
            ("J9", copy.journal_short.upper()), ("PD", copy.month.upper()), ("PY", str(copy.year)), ("VL", copy.volume),
            ("IS", copy.issue), ("SP", copy.first), ("EP", copy.last), ("DO", copy.doi),
            ("AN", f"WOS:{copy.accession}{copy.accession[::-1][:6]}"),
        ]  # fmt: skip
        parts.append(f"{lines(fields)}ER  -\n\n")
    return ("\ufeff" + "".join(parts)).encode()

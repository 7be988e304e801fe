"""Ovid: RIS, labelled text with long field names, and the tagged "Reprint/Medline" format."""

from collections.abc import Sequence

from copies import Copy
from dialects.tags import Field, each, lines, where, wrapped

LANGUAGES = {"en": "English", "es": "Spanish", "pt": "Portuguese"}


def ris(copies: Sequence[Copy], database: str, strategy: Sequence[str]) -> bytes:
    """RIS with "1." before TY, T1 A1 N2 JF, Y1 2008//, the DOI as an address, and a link and the search after ER."""
    parts = []
    for number, copy in enumerate(copies, start=1):
        publication = copy.publication
        doi = f"https://dx.doi.org/{copy.doi}" if copy.doi else ""
        fields: list[Field] = [
            ("TY", "JOUR"), ("DB", database), ("ID", publication.pmid or copy.accession), ("T1", _title(copy)),
            *each("A1", copy.names("{family}, {given}")), ("Y1", f"{copy.year}//"), ("N2", copy.abstract),
            *each("KW", publication.keywords), ("JF", copy.journal), ("VL", copy.volume), ("IS", copy.issue),
            ("SP", copy.first), ("EP", copy.last), ("CY", "United States"), ("SN", publication.journal.issn),
            ("AD", where(publication.affiliation)), ("M3", doi), ("DO", doi),
            ("UR", f"http://ovidsp.ovid.com/ovidweb.cgi?T=JS&PAGE=reference&D=sim&AN={publication.pmid or copy.accession}"),
        ]  # fmt: skip
        parts.append(
            f"{number}.\n{lines(fields)}ER  -   \n\nLink to the Ovid Full Text or citation: http://ovidsp.ovid.com/simulated\n\n"
        )
    parts.append("".join(f"{number}. {line}\n" for number, line in enumerate(strategy, start=1)))
    return "".join(parts).encode("ascii", "replace")


def _title(copy: Copy) -> str:
    return f"[{copy.title.rstrip('.')}]." if copy.publication.language != "en" else copy.title


def source(copy: Copy) -> str:
    """Journal, volume, issue, pages and date in one line."""
    place = f"{copy.volume}({copy.issue})" if copy.issue else copy.volume
    pages = f":{copy.pages}" if copy.first else ""
    return (
        f"{copy.journal}. {place}{pages}, {copy.year} {copy.month}."
        if place or pages
        else f"{copy.journal}. {copy.year} {copy.month}."
    )


def labelled(copies: Sequence[Copy], database: str) -> bytes:
    """Text with field names on their own lines and indented values; authors parted by two blanks."""
    parts = []
    for number, copy in enumerate(copies, start=1):
        publication = copy.publication
        fields: list[Field] = [
            ("Database", database), ("Accession Number", f"PREV{copy.accession}"), ("Title", copy.title),
            ("Author", ";  ".join(copy.names("{family}, {given}"))), ("Institution", where(publication.affiliation)),
            ("Source", source(copy)), ("Abstract", copy.abstract), ("Language", LANGUAGES[publication.language]),
            ("Document Type", {"article": "Article", "meeting": "Meeting Abstract"}.get(publication.kind, "Other")),
            ("ISSN", publication.journal.issn), ("Year of Publication", str(copy.year)), ("Digital Object Identifier", copy.doi),
        ]  # fmt: skip
        shown = "".join(f"{label}\n  {wrapped(value, 110, '  ')}\n" for label, value in fields if value)
        parts.append(f"<{number}>\n{shown}\n")
    return "".join(parts).encode("ascii", "replace")


def medline(copies: Sequence[Copy], database: str) -> bytes:
    """Tagged text: "<1. >" before each record; volume, issue, pages and year inside SO alone; continuation indented."""
    parts = []
    for number, copy in enumerate(copies, start=1):
        publication = copy.publication
        fields: list[Field] = [
            ("VN", "Ovid Technologies"), ("DB", database), ("UI", copy.accession), ("TI", copy.title), ("SO", source(copy)),
            *each("AU", copy.names("{family} {dotted}")), ("IN", where(publication.affiliation)), *each("MH", publication.keywords),
            ("AB", copy.abstract), ("IS", publication.journal.issn), ("DO", f"http://dx.doi.org/{copy.doi}" if copy.doi else ""),
            ("LG", LANGUAGES[publication.language]), ("PT", "Conference Abstract" if publication.kind == "meeting" else "Article"),
            ("YR", str(copy.year)),
        ]  # fmt: skip
        shown = "".join(f"{tag}  - {wrapped(value, 100, '      ')}\n" for tag, value in fields if value)
        parts.append(f"<{number}. >\n{shown}\n")
    return "".join(parts).encode("ascii", "replace")

"""Embase.com: RIS and CSV."""

import csv
import io
from collections.abc import Sequence

from copies import Copy
from dialects.tags import Field, each, lines, where

TYPES = {
    "article": "Article",
    "meeting": "Conference Abstract",
    "thesis": "Dissertation",
    "registration": "Trial",
}
LANGUAGES = {"en": "English", "es": "Spanish", "pt": "Portuguese"}
COLUMNS = (
    "Title", "Original Title", "Author Names", "Author Addresses", "Source", "Source title", "Publication Year", "Volume", "Issue",
    "First Page", "Last Page", "Date of Publication", "Publication Type", "Conference Name", "ISSN", "Abstract", "Author Keywords",
    "Emtree Medical Index Terms", "Article Language", "Embase Accession ID", "Medline PMID", "PUI", "DOI", "Full Text Link",
    "Embase Link", "Copyright",
)  # fmt: skip


def ris(copies: Sequence[Copy], encoding: str = "utf-8-sig") -> bytes:
    """RIS with a BOM before the first TY, M3 and Y1 before the title, SN twice, U2 with the L number, T1 late."""
    return "\n".join(_ris(copy) for copy in copies).encode(encoding)


def _ris(copy: Copy) -> str:
    publication = copy.publication
    number = f"L{copy.accession}"
    fields: list[Field] = [
        ("TY", "JOUR"), ("M3", TYPES[publication.kind]), ("Y1", str(copy.year)), ("VL", copy.volume), ("IS", copy.issue),
        ("SP", copy.first), ("EP", copy.last), *each("SN", [publication.journal.issn] * 2), ("JF", copy.journal),
        ("JO", copy.journal_short), ("UR", f"http://www.embase.com/search/results?subaction=viewrecord&from=export&id={number}"),
        ("U2", number), ("C5", publication.pmid), ("DB", "Embase"), ("DB", "Medline" if publication.pmid else ""),
        ("U3", f"{copy.year}-{publication.month:02d}-21"), ("L2", f"http://dx.doi.org/{copy.doi}" if copy.doi else ""),
        ("DO", copy.doi), *each("A1", copy.names("{family} {dotted}")), ("AD", where(publication.affiliation)),
        ("T1", copy.title), ("LA", LANGUAGES[publication.language]), *each("KW", publication.keywords), ("N2", copy.abstract),
    ]  # fmt: skip
    return lines(fields) + "ER  -\n"


def table(copies: Sequence[Copy], query: str) -> bytes:
    """CSV with the search query, a line of dashes and a blank line before the header, which is repeated per page."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(["SEARCH QUERY", query])
    out.write("-------------------------------------\n\n")
    for place, copy in enumerate(copies):
        if place % 100 == 0:
            writer.writerow(COLUMNS)
        publication = copy.publication
        place_in_journal = f"{copy.journal} ({copy.year}) {copy.volume}:{copy.issue} ({copy.pages})"
        row = {
            "Title": copy.title, "Author Names": ", ".join(copy.names("{family} {dotted}")),
            "Author Addresses": where(publication.affiliation), "Source": place_in_journal, "Source title": copy.journal,
            "Publication Year": str(copy.year), "Volume": copy.volume, "Issue": copy.issue, "First Page": copy.first,
            "Last Page": copy.last, "Date of Publication": f"{copy.month} {copy.year}", "Publication Type": TYPES[publication.kind],
            "Conference Name": "Simulated meeting", "ISSN": f"{publication.journal.issn} (print)", "Abstract": copy.abstract,
            "Emtree Medical Index Terms": ", ".join(publication.keywords), "Article Language": LANGUAGES[publication.language],
            "Medline PMID": publication.pmid, "PUI": f"L{copy.accession}", "DOI": copy.doi,
            "Full Text Link": f"http://dx.doi.org/{copy.doi}" if copy.doi else "",
            "Embase Link": f"https://www.embase.com/search/results?subaction=viewrecord&id=L{copy.accession}&from=export",
            "Copyright": "Simulated export.",
        }  # fmt: skip
        writer.writerow([row.get(column, "") for column in COLUMNS])
    return out.getvalue().encode()

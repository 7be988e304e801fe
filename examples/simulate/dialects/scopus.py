"""Scopus: CSV."""

import csv
import io
from collections.abc import Sequence

from copies import Copy
from dialects.tags import where

COLUMNS = (
    "Authors", "Author full names", "Title", "Year", "Source title", "Volume", "Issue", "Art. No.", "Page start", "Page end",
    "Cited by", "DOI", "Link", "Affiliations", "Abstract", "Author Keywords", "Publisher", "ISSN", "PubMed ID",
    "Language of Original Document", "Abbreviated Source Title", "Document Type", "Publication Stage", "Source", "EID",
)  # fmt: skip
LANGUAGES = {"en": "English", "es": "English; Spanish", "pt": "English; Portuguese"}


def table(copies: Sequence[Copy]) -> bytes:
    """CSV with a BOM; a translated title and the original one in one cell; authors parted by "; "; the EID last."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for copy in copies:
        publication = copy.publication
        eid = f"2-s2.0-{copy.accession}"
        title = f"{copy.title}; [{copy.original_title}]" if copy.original_title else copy.title
        people = "; ".join(copy.names("{family} {dotted}")) or "[No author name available]"
        row = {
            "Authors": people, "Author full names": "; ".join(copy.names("{family}, {given}")) or people, "Title": title,
            "Year": str(copy.year), "Source title": copy.journal, "Volume": copy.volume, "Issue": copy.issue,
            "Page start": copy.first, "Page end": copy.last, "Cited by": str(len(copy.title) % 23), "DOI": copy.doi,
            "Link": f"https://www.scopus.com/inward/record.uri?eid={eid}&partnerID=40", "Affiliations": where(publication.affiliation),
            "Abstract": copy.abstract or "[No abstract available]", "Author Keywords": "; ".join(publication.keywords),
            "Publisher": "Invented Press", "ISSN": publication.journal.issn.replace("-", ""),
            "Language of Original Document": LANGUAGES[publication.language], "Abbreviated Source Title": copy.journal_short,
            "Document Type": "Article", "Publication Stage": "Final" if copy.volume else "Article in Press", "Source": "Scopus",
            "EID": eid,
        }  # fmt: skip
        writer.writerow([row.get(column, "") for column in COLUMNS])
    return ("\ufeff" + out.getvalue()).encode()

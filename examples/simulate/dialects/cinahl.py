"""CINAHL on EBSCOhost: RIS and CSV."""

import csv
import io
from collections.abc import Sequence

from copies import Copy
from dialects.tags import Field, each, lines, where

COPYRIGHT = "Simulated record. A copyright notice of the publisher stands here in a real export."
COLUMNS = (
    "Article Title", "Author", "Journal Title", "ISSN", "ISBN", "Publication Date", "Volume", "Issue", "First Page", "Page Count",
    "Accession Number", "DOI", "Publisher", "Doctype", "Subjects", "Keywords", "Abstract", "PLink",
)  # fmt: skip


def ris(copies: Sequence[Copy]) -> bytes:
    """RIS: Y1 2008/02//, titles with a full stop, a second AB with the copyright, the DOI in L3, ISSN without hyphen."""
    parts = []
    for copy in copies:
        publication = copy.publication
        fields: list[Field] = [
            ("TY", "JOUR"), *each("AU", copy.names("{family}, {given}")), ("T1", copy.title), ("JO", copy.journal), ("JF", copy.journal),
            ("Y1", f"{copy.year}/{publication.month:02d}//"), ("VL", copy.volume), ("IS", copy.issue), ("M3", "Article"),
            ("SP", copy.first), ("EP", copy.last), ("PB", "Invented Press"), ("SN", publication.journal.issn.replace("-", "")),
            ("AB", copy.abstract), ("AB", COPYRIGHT), *each("KW", (word.upper() for word in publication.keywords)),
            ("N1", f"Accession Number: {copy.accession}; {where(publication.affiliation)}"), ("L3", copy.doi),
            ("UR", f"https://search.ebscohost.com/login.aspx?direct=true&db=ccm&AN={copy.accession}&site=ehost-live"),
            ("DP", "EBSCOhost"), ("DB", "ccm"),
        ]  # fmt: skip
        parts.append(f"{lines(fields)}ER  - \n\n")
    return "".join(parts).encode()


def table(copies: Sequence[Copy]) -> bytes:
    """CSV: the ISSN as a formula, dates in American order, first page and page count but no last page."""
    rows = [",".join(COLUMNS)]
    for copy in copies:
        publication = copy.publication
        count = int(copy.last) - int(copy.first) + 1 if copy.last.isdigit() and copy.first.isdigit() else 1
        row = {
            "Article Title": copy.title, "Author": "; ".join(copy.names("{family}, {given}")), "Journal Title": copy.journal,
            "Publication Date": f"{publication.month}/1/{copy.year}", "Volume": copy.volume, "Issue": copy.issue,
            "First Page": copy.first, "Page Count": str(count) if copy.first else "", "Accession Number": copy.accession,
            "DOI": copy.doi, "Publisher": "Invented Press", "Doctype": "Article",
            "Subjects": "; ".join(word.upper() for word in publication.keywords), "Abstract": copy.abstract or "Simulated export.",
            "PLink": f"https://search.ebscohost.com/login.aspx?direct=true&db=ccm&AN={copy.accession}&site=ehost-live",
        }  # fmt: skip
        cells = [_quoted(row.get(column, "")) for column in COLUMNS]
        cells[3] = f'="{publication.journal.issn.replace("-", "")}"'
        rows.append(",".join(cells))
    return ("\n".join(rows) + "\n").encode()


def _quoted(text: str) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="", quoting=csv.QUOTE_ALL).writerow([text])
    return out.getvalue() if text else ""

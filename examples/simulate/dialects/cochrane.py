"""The Cochrane Library: CENTRAL as RIS (the EndNote kind) and as CSV."""

import csv
import io
from collections.abc import Sequence

from copies import Copy
from dialects.tags import Field, each, lines

TYPES = {
    "article": "Journal article",
    "meeting": "Conference abstract",
    "thesis": "Dissertation",
    "registration": "Trial registry record",
}
COLUMNS = (
    "CENTRAL ID", "Author(s)", "Title", "Source", "Year", "Abstract", "Volume", "Issue", "Pages", "Database Name", "PubMed ID",
    "Embase ID", "CTgov ID", "CINAHL ID", "ICTRP ID", "Publication Type", "Keywords", "DOI", "URL", "Cochrane Review Group Code",
)  # fmt: skip


def ris(copies: Sequence[Copy]) -> bytes:
    """RIS with a preamble before each record, two blanks after the hyphen, JA, pages in SP alone, C3 with the PMID."""
    parts = []
    for number, copy in enumerate(copies, start=1):
        publication = copy.publication
        fields: list[Field] = [
            ("TY", "JOUR"), ("AN", f"CN-{copy.accession}"), *each("AU", copy.names("{family}, {initials}")), ("TI", copy.title),
            ("JA", copy.journal), ("PY", str(copy.year)), ("VL", copy.volume), ("IS", copy.issue), ("SP", copy.pages),
            ("C3", f"PUBMED {publication.pmid}" if publication.pmid else ""), ("M3", TYPES[publication.kind]),
            *each("KW", publication.keywords), ("DO", copy.doi), ("AB", copy.abstract or "Simulated export."),
            ("UR", f"https://www.cochranelibrary.com/central/doi/10.1002/central/CN-{copy.accession}/full"),
        ]  # fmt: skip
        parts.append(
            f"Record #{number} of {len(copies)}\nProvider: John Wiley & Sons, Ltd.\n"
            f'Content: text/plain; charset="UTF-8"\n\n{lines(fields, "  -  ")}ER  -  \n\n\n'
        )
    return "".join(parts).encode()


def table(copies: Sequence[Copy]) -> bytes:
    """CSV: the header bare, every cell quoted, PubMed ID as "PUBMED 123"."""
    out = io.StringIO()
    out.write(",".join(COLUMNS) + "\n")
    writer = csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL)
    for copy in copies:
        publication = copy.publication
        row = {
            "CENTRAL ID": f"CN-{copy.accession}", "Author(s)": "; ".join(copy.names("{family}, {initials}")), "Title": copy.title,
            "Source": copy.journal, "Year": str(copy.year), "Abstract": copy.abstract or "Simulated export.", "Volume": copy.volume,
            "Issue": copy.issue, "Pages": copy.pages, "Database Name": "CENTRAL",
            "PubMed ID": f"PUBMED {publication.pmid}" if publication.pmid else "", "Publication Type": TYPES[publication.kind],
            "Keywords": "; ".join(publication.keywords), "DOI": copy.doi,
            "URL": f"https://www.cochranelibrary.com/central/doi/10.1002/central/CN-{copy.accession}/full",
        }  # fmt: skip
        writer.writerow([row.get(column, "") for column in COLUMNS])
    return out.getvalue().encode()

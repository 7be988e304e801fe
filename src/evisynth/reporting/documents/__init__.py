"""The writers of documents: one Document in, the bytes of a HTML, DOCX, PDF or CSV file out.

The same Document gives the same bytes on any day, in any folder and on any machine.
Each writer is loaded when it is first called, since python-docx and typst are heavy.
"""

from evisynth.reporting.document import Document, Table


def to_html(document: Document) -> str:
    """One self-contained HTML page in which every number opens its derivation."""
    from evisynth.reporting.documents import html  # noqa: PLC0415

    return html.to_html(document)


def to_docx(document: Document) -> bytes:
    """A Word document with real styles, captions and repeated table headers."""
    from evisynth.reporting.documents import docx  # noqa: PLC0415

    return docx.to_docx(document)


def to_pdf(document: Document) -> bytes:
    """A tagged PDF (PDF/UA-1) on A4."""
    from evisynth.reporting.documents import pdf  # noqa: PLC0415

    return pdf.to_pdf(document)


def table_csv(table: Table) -> str:
    """One table as CSV that a spreadsheet opens as text and numbers, never as formulas."""
    from evisynth.reporting.documents import csv  # noqa: PLC0415

    return csv.table_csv(table)


__all__ = ["table_csv", "to_docx", "to_html", "to_pdf"]

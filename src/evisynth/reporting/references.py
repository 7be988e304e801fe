"""References in the Vancouver style.

Source: NLM, Citing Medicine, 2nd edition; ICMJE sample references.
"""

import re

from evisynth.search.record import Record


def short_name(author: str) -> str:
    """Family and initials: "Longo, Giorgio" and "Longo, G." as "Longo G"; a group author as it is."""
    family, comma, given = author.partition(",")
    if not comma:
        return author.strip()
    parts = re.split(r"[\s.,\-]+", given.strip())
    initials = "".join(
        part if part.isupper() and len(part) <= 3 else part[:1].upper() for part in parts if part
    )
    return f"{family.strip()} {initials}".strip()


def authors_of(record: Record, most: int = 6) -> str:
    names = [short_name(author) for author in record.authors]
    shown = ", ".join(names[:most]) + (", et al" if len(names) > most else "")
    return shown + "." if shown and not shown.endswith(".") else shown


def _imprint(record: Record) -> str:
    """Year;volume(issue):pages."""
    volume = record.volume + (f"({record.issue})" if record.issue else "")
    text = ";".join(part for part in (str(record.year or ""), volume) if part)
    if record.pages:
        text += f":{record.pages}" if text else record.pages
    return text


def _ended(text: str) -> str:
    """With a full stop, unless it has its own end, or is nothing."""
    return text + "." if text and text[-1] not in ".?!" else text


def citation(record: Record) -> str:
    """One reference: authors, title, journal, imprint, identifiers; what the record does not say is left out."""
    title = _ended(record.title.rstrip(" .")) if record.title else "[No title]."
    journal = record.journal_abbreviation or record.journal
    where = f"{journal.rstrip('.')}. {_imprint(record)}".strip() if journal else _imprint(record)
    parts = [authors_of(record), title, _ended(where)]
    if not journal and record.registry_ids:
        parts.append(f"{', '.join(record.registry_ids)}.")
    if record.doi:
        parts.append(f"doi:{record.doi}")
    elif record.pmid:
        parts.append(f"PMID: {record.pmid}")
    return " ".join(part for part in parts if part)

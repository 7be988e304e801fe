"""nbib (MEDLINE format) of PubMed, and the MEDLARS format of PubMed Central.

A tag of two to four letters is filled up to four with blanks and followed by "- "; further lines of a value
begin with six blanks. A record starts with PMID in PubMed and with PMC in PubMed Central. The tags are in
"MEDLINE/PubMed Data Element (Field) Descriptions", National Library of Medicine.
"""

import re
from collections import Counter

from evisynth.search.formats import second_titles
from evisynth.search.formats.tagged import OUTSIDE, Fields, Notes, authors_from, keywords_from, prepared, tags
from evisynth.search.normalise import (
    author_name,
    clean_doi,
    clean_pmcid,
    clean_pmid,
    issn_list,
    page_range,
    registry_ids,
    unique,
    year_of,
)
from evisynth.search.record import Reading, Record

FORMAT = "nbib"

KNOWN = tags(
    "AB AD AID AU AUID BTI CDAT CI CIN CN COI COIS CON CP CRDT CRF CRI CTDT CTI DA DCOM DDIN DDO DEP DP "
    "DRDT DRIN ECF ECI ED EDAT EFR EIN EN ETOC FAU FED FIR FPS GN GR GS IP IR IRAD IS ISBN JID JT LA "
    "LID LR MH MHDA MID NM OAB OABL OB OCI OID ORI OT OTO OWN PB PG PHST PL PMC PMCR PMID PRIN PROF PS "
    "PST PT PUBM RF RIN RN ROF RPF RPI RRF RRI SB SFM SI SO SPIN STAT TA TI TT UIN UOF USIN VI VTI YR"
)

_TAG = re.compile(r"\n(?=[A-Z][A-Z0-9 ]{3}-)([A-Z][A-Z0-9]{1,3}) *-(?: |(?=\n)|\Z)")
_PUBMED_START = re.compile(r"\n(?:PMC {0,2}- ?PMC\d+[ \t]*\n+)?PMID ?- ?\d+")
_PMC_START = re.compile(r"\nPMC {0,2}- ?PMC\d+")
_FIRST_TAG = re.compile(r"\n(PMID|PMC) *- ")
_FIRST_OF_BLOCK = re.compile(r"(?:\A|\n[ \t]*)\n(PMID|PMC) *- ")  # PubMed has PMC too, far down in a record
_TITLE = re.compile(r"\nTI  -")
_GAP = re.compile(r"\n[ \t]*\n(?=\S)")
_STATUS = re.compile(r"\nSTAT ?- ")  # of PubMed itself, whose last field is always SO
_SOURCE = re.compile(r"\nSO {0,2}- ")
CUT = "The last record has no SO, with which every record of PubMed ends; the file may be cut off."
_NO_ABSTRACT = re.compile(r"Publisher: Abstract available from the publisher\.?", re.IGNORECASE)


def recognise(head: str) -> bool:
    """Whether a file that begins like this is nbib: a PMID or PMC line, and lines of nbib after it."""
    head = prepared(head)
    return bool(_FIRST_TAG.search(head) and re.search(r"\n(?:OWN|TI|DP|AB|IS|TA|JT|VI|FAU) {1,2}- ", head))


def read(text: str) -> Reading:
    """Read nbib. Every line that is in no record is reported."""
    text = prepared(text)
    first = _FIRST_TAG.search(text)
    blocks = Counter(found[1] for found in _FIRST_OF_BLOCK.finditer(text)) or Counter(first and [first[1]])
    start = _PMC_START if blocks["PMC"] and blocks["PMC"] >= blocks["PMID"] else _PUBMED_START
    notes = Notes(Reading(FORMAT), text, KNOWN)
    places = [found.start() for found in start.finditer(text)]
    notes.unused(0, places[0] if places else len(text), OUTSIDE)
    for place, following, hidden in second_titles.spans(notes, places, _TITLE):
        line = notes.line_at(place)
        end = notes.end_before_gap(place, following, _TAG, _GAP)
        raw = text[place:end].strip("\n")
        _, fields = notes.fields(text[place:end], _TAG, line)
        if hidden:
            notes.add(line, raw, second_titles.MESSAGE)
        notes.keep(_record(fields, start is _PMC_START, len(notes.reading.records) + 1, line, raw), line, raw)
    last = text[places[-1] :] if places else ""
    if _STATUS.search(last) and not _SOURCE.search(last):
        notes.add(notes.line_at(places[-1]), last, CUT)
    return notes.close(text.count("\nPMC -" if start is _PMC_START else "\nPMID"))


def _record(fields: Fields, from_pmc: bool, number: int, line: int, raw: str) -> Record | None:
    """The record that the fields make; none where it has an identifier and nothing else."""
    if not fields.keys() & {"TI", "BTI", "AU", "FAU", "CN", "AB", "SO", "TT"}:
        return None
    title = fields.first("TI", "BTI", "CTI", "TT")
    pmid = clean_pmid(fields.first("PMID"))
    return Record(
        title=title,
        authors=_authors(fields),
        year=year_of(fields.first("DP")) or year_of(fields.first("DEP", "EDAT", "CRDT")),
        journal=fields.first("JT", "TA", "BTI"),
        journal_abbreviation=fields.first("TA") if "JT" in fields else "",
        volume=fields.first("VI"),
        issue=fields.first("IP"),
        pages=page_range(fields.first("PG")) or _article_number(fields),
        abstract=fields.first("AB"),
        doi=_doi(fields),
        pmid=pmid,
        pmcid=clean_pmcid(fields.first("PMC")),
        registry_ids=registry_ids(*fields.raw("SI", "TI", "AB")),
        accession=clean_pmcid(fields.first("PMC")) if from_pmc else pmid,
        database="PubMed Central" if from_pmc else "PubMed",
        type="; ".join(fields.all("PT")),
        language="; ".join(fields.all("LA")),
        issn=issn_list(*fields.all("IS")),
        keywords=keywords_from(fields.all("MH", "OT")),
        other_titles=unique(other for other in fields.all("TT", "VTI") if other != title),
        other_abstracts=tuple(other for other in fields.all("OAB") if not _NO_ABSTRACT.fullmatch(other)),
        number=number,
        line=line,
        raw=raw,
    )


def _authors(fields: Fields) -> tuple[str, ...]:
    """Full names (FAU) where every author has one, else the short ones (AU); then the groups (CN)."""
    full, short = fields.all("FAU"), fields.all("AU")
    names = full if len(full) >= len(short) else short
    return tuple(author_name(name) for name in names) + authors_from(fields.all("CN"))


def _doi(fields: Fields) -> str:
    """The identifier marked [doi]; else the one in the citation of the source."""
    for value in fields.all("LID", "AID"):
        if value.endswith("[doi]"):
            return clean_doi(value)
    return next((doi for value in fields.all("AID", "LID", "SO") if (doi := clean_doi(value))), "")


def _article_number(fields: Fields) -> str:
    """The location without a mark of its kind, such as "LID - 103640", is the article number."""
    return next((value for value in fields.all("LID") if "[" not in value and not clean_doi(value)), "")

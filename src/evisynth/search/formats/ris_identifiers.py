"""The identifiers of a RIS record, which every database puts into a tag of its own."""

import re

from evisynth.search.formats.tagged import Fields
from evisynth.search.normalise import clean_doi, clean_pmid

DOI = ("DO", "DI", "L3", "L2", "UR", "L1", "LK", "M3")  # L3: EBSCO; L2: Embase.com, ProQuest
LABELLED_IDS = ("C1", "C2", "C3", "C4", "C5", "C6", "C8", "U1", "U2", "U3", "U4", "U5", "M2", "UR", "L2")
# Ovid's links to MEDLINE, and EBSCO's notes.
_IN_LINK = re.compile(r"[?&]D=(?:med|prem|pmnm|cmed)\w*&(?:\w+=[^&]*&)*?AN=(\d{1,8})(?!\d)", re.IGNORECASE)
_IN_NOTE = re.compile(r"\bPMID:\s*(?:NLM)?(\d{1,8})(?!\d)")


def doi_of(fields: Fields) -> str:
    """The DOI; from a note only where notes name exactly one, since they name errata and comments too."""
    for tag in DOI:
        for value in fields.get(tag, ()):
            if doi := clean_doi(value):
                return doi
    noted = {
        clean_doi(found)
        for note in fields.all("N1")
        for found in re.findall(r"doi\W{0,3}(10\.\S+)", note, re.IGNORECASE)
    }
    return noted.pop() if len(noted) == 1 else ""


def pmid_of(fields: Fields, labelled: list[str]) -> str:
    """The PubMed number where the export calls it so: C3 "PUBMED 1" (CENTRAL), U1 "1[pmid]", an address, a note, C5.

    Scopus puts the bare number into C2.
    """
    for value in labelled:
        if not value.isdigit() and (pmid := clean_pmid(value)):
            return pmid
    if "C5" in fields and _from_embase_com(fields) and fields.first("C5").isdigit():
        return clean_pmid(fields.first("C5"))
    for pattern, tags in ((_IN_LINK, ("UR", "L2")), (_IN_NOTE, ("N1",))):
        for value in fields.all(*tags):
            if found := pattern.search(value):
                return clean_pmid(found[1])
    if fields.first("DB") == "Scopus" and fields.first("C2").isdigit():
        return clean_pmid(fields.first("C2"))
    source = f"{fields.first('DB')} {fields.first('DP')}".upper()
    if "MEDLINE" in source or "PUBMED" in source or "NLM" in source.split():
        return next(
            (pmid for value in fields.all("AN", "ID") if value.isdigit() and (pmid := clean_pmid(value))), ""
        )
    return ""


def _from_embase_com(fields: Fields) -> bool:
    """Whether Embase.com wrote the record: its C5 is the PubMed number, that of others is anything."""
    return any(map(_EMBASE.fullmatch, fields.all("U2"))) or "embase.com/" in " ".join(fields.all("UR"))


_EMBASE = re.compile(r"L\d+")
_ACCESSION_IN_LINK = re.compile(r"[?&]id=(L\d{6,})|eid=(2-s2\.0-\d+)|[?&]AN=([\w.-]+)|(WOS:[A-Z0-9]{8,})")


def accession_of(fields: Fields) -> str:
    """The database's number: U2 L... (Embase.com), AN, a number in the link, or ID where it is a database's.

    Reference managers put their own running number into ID; a database's number is longer.
    """
    embase = next(filter(_EMBASE.fullmatch, fields.all("U2")), "")
    own = fields.first("AN")
    if embase or (own and not own.startswith("rayyan-")):
        return embase or own
    for link in fields.all("UR", "L2"):
        if found := _ACCESSION_IN_LINK.search(link):
            return found[found.lastindex or 1]
    own = own or fields.first("ID")
    return own if len(own) > 6 and not own.startswith("RefID") else ""

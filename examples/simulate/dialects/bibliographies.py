"""Smaller databases: LILACS and ProQuest in their RIS, plain RIS, and the BibTeX of Google Scholar."""

from collections.abc import Sequence

from copies import Copy, plain
from dialects.tags import Field, each, lines, where, windows


def lilacs(copies: Sequence[Copy], encoding: str) -> bytes:
    """RIS of the BVS portal: the title in the original language, TT in English, AB twice, DP is the provider, CRLF."""
    parts = []
    for copy in copies:
        publication = copy.publication
        original = copy.original_title or copy.title
        fields: list[Field] = [
            ("TY", "JOUR"), *each("AU", copy.names("{family}, {given}")), ("AD", where(publication.affiliation)), ("TI", original),
            ("TT", copy.title if copy.original_title else ""), ("JO", copy.journal), ("VL", copy.volume), ("IS", copy.issue),
            ("SN", publication.journal.issn), ("DB", "LILACS"), ("DP", "http://bvsalud.org/"), ("ID", f"lil-{copy.accession}"),
            ("LA", publication.language), ("SP", copy.first), ("EP", copy.last), ("DA", f"{copy.year}/{publication.month:02d}"),
            ("PY", str(copy.year)), ("DO", copy.doi), *each("KW", publication.keywords), ("AB", ORIGINAL[publication.language]),
            ("AB", copy.abstract), ("UR", f"http://bases.bireme.br/simulated/{copy.accession}"),
        ]  # fmt: skip
        parts.append(f"{lines(fields)}ER  -\n\n")
    return _encodable(windows("".join(parts)), encoding).encode(encoding)


ORIGINAL = {
    "es": "Registro simulado: el resumen original no existe.",
    "pt": "Registro simulado: o resumo original não existe.",
    "en": "",
}


def _encodable(text: str, encoding: str) -> str:
    """Text in which letters that the encoding lacks have lost their accents."""
    shown = []
    for letter in text:
        try:
            letter.encode(encoding)
        except UnicodeEncodeError:
            shown.append(plain(letter))
        else:
            shown.append(letter)
    return "".join(shown)


def proquest(copies: Sequence[Copy]) -> bytes:
    """RIS of ProQuest for theses: Y1 2006/01//, the university as publisher, a proxy address, notes on copyright, CRLF."""
    parts = []
    for copy in copies:
        publication = copy.publication
        fields: list[Field] = [
            ("TY", "THES"), ("T1", copy.title), ("AN", copy.accession), ("AB", copy.abstract), *each("AU", copy.names("{family}, {given}")),
            ("AD", where(publication.affiliation)), ("Y1", f"{copy.year}/01//"), ("PY", str(copy.year)), ("DA", str(copy.year)),
            ("CY", "Ann Arbor"), ("PB", copy.journal), ("PP", "Ann Arbor"), *each("KW", publication.keywords),
            ("UR", f"https://login.proxy.example.org/login?url=https://search.proquest.com/docview/{copy.accession}"),
            ("LA", "English"), ("DB", "ProQuest Dissertations & Theses Global"), ("N1", "Copyright - Simulated record."),
            ("N1", "Last updated - 2012-10-01"),
        ]  # fmt: skip
        parts.append(f"{lines(fields)}ER  - \n\n\n\n")
    return windows("".join(parts)).encode()


def simple_ris(copies: Sequence[Copy], database: str) -> bytes:
    """The short RIS of a small database: no abstract, pages in one field."""
    parts = []
    for copy in copies:
        publication = copy.publication
        fields: list[Field] = [
            ("TY", "JOUR"), ("TI", copy.title), *each("AU", copy.names("{family} {initials}")), ("T2", copy.journal), ("PY", str(copy.year)),
            ("VL", copy.volume), ("IS", copy.issue), ("SP", copy.first), ("EP", copy.last), ("AB", copy.abstract), ("DB", database),
            ("AN", copy.accession), ("N1", f"Simulated record of {database}, {publication.kind}"),
        ]  # fmt: skip
        parts.append(f"{lines(fields)}ER  - \n")
    return "".join(parts).encode()


def scholar(copies: Sequence[Copy]) -> bytes:
    """BibTeX of Google Scholar: keys of name, year and first word, authors cut with "and others", no abstract, no DOI."""
    entries, keys = [], dict[str, int]()
    for copy in copies:
        family = (
            plain(copy.authors[0][0]).lower().replace("'", "").replace(" ", "") if copy.authors else "anon"
        )
        key = f"{family}{copy.year}{plain(copy.title).split()[0].lower().strip(':,-.')}"
        keys[key] = keys.get(key, 0) + 1
        people = copy.names("{family}, {given}")
        cut = [*people[:3], "others"] if len(people) > 3 else people
        fields = [
            ("title", copy.title), ("author", " and ".join(cut)), ("journal", copy.journal), ("volume", copy.volume),
            ("number", copy.issue), ("pages", f"{copy.first}--{copy.last}" if copy.last else copy.first), ("year", str(copy.year)),
            ("publisher", "Invented Press (simulated record)"),
        ]  # fmt: skip
        body = ",\n".join(f"  {name}={{{value}}}" for name, value in fields if value)
        entries.append(f"@article{{{key}{'abcdefgh'[keys[key] - 2] if keys[key] > 1 else ''},\n{body}\n}}\n")
    return "\n".join(entries).encode()

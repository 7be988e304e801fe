"""Bring the parts of a citation that every database writes in its own way into one form.

Each function takes text as an export has it and gives "" (or nothing) where the text holds no such thing.
"""

import html
import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import unquote

_DOI = re.compile(r'10\.\d{4,9}(?:\.\d+)*/[^\s"\']{1,400}', re.IGNORECASE)
_SECOND_DOI = re.compile(r"[;,|](?:https?://|doi:?|10\.\d{4})", re.IGNORECASE)
_OPENING = {")": "(", "]": "[", "}": "{", ">": "<"}
_PAGE_OF_PUBLISHER = re.compile(r"/(?:full|abstract|pdf|epdf|meta|html|fulltext|summary)/?$", re.IGNORECASE)
_PMID = re.compile(
    r"(?:pmid|pubmed|medline)(?:\.ncbi\.nlm\.nih\.gov)?(?:\s+(?:id|no|number|pmid)\b)?[\s:.#=/\]]{0,4}(\d{1,8})(?!\d)"
    r"|(?<!\d)(\d{1,8}) ?\[pmid\]",
    re.IGNORECASE,
)
_BARE_PMID = re.compile(r"\s*(\d{1,8})(?:\.0)?\s*")
_PMCID = re.compile(r"(?:PMC\s*)(\d{1,9})|^\s*(\d{1,9})\s*$", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d|2100)(?:(?!\d)|(?=(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?!\d)))")
_ISSN = re.compile(r"(?<![\w-])(\d{4})-?(\d{3}[\dXx])(?![\w-])")

_REGISTRIES = re.compile(
    # No name of a registry begins with other letters, which is faster asked than all names are tried.
    r"\b(?=[acdeijknprstu][abchlmrstu][\Wcdikrt\d])"
    r"(?:(NCT)\W{0,2}(\d{8})|(ISRCTN)\W{0,2}(\d{8})|(EUCTR|EudraCT\W{0,3}(?:(?:no|number|nr)\W{0,3})?)"
    r"(\d{4}-\d{6}-\d{2}(?:-[A-Z]{2,3}\b)?)|(ACTRN)\W{0,2}(\d{14})|(UMIN)\W{0,2}(\d{9})|(DRKS)\W{0,2}(\d{8})"
    r"|(ChiCTR)\W{0,2}((?:[A-Z]{2,4}-)?\d{8,10})|(CTRI/)(\d{4}/\d{2,3}/\d{6})|(jRCT)(s?\d{9,10})"
    r"|(IRCT)(\d{6,16}N\d{1,3})|(PACTR)(\d{15,16})|(KCT)(\d{7})|(TCTR)(\d{11})|(NTR)(\d{2,5})|(NL)(\d{4}(?=\s*\(NTR))"
    r"|(RBR-)(\w{6,8})|(SLCTR/)(\d{4}/\d{3})"
    r"|(CTIS|EU\W?CT)\W{0,3}(?:(?:no|number|nr)\W{0,3})?(\d{4}-5\d{5}-\d{2}(?:-\d{2})?))(?!\d)",
    re.IGNORECASE,
)
_APART = "\n" * 9  # more than may stand between prefix and number
# One of these is in each registry number as people write them: asked first, since two letters are looked for fast.
_WITH_CT = re.compile(r"CT(?:N|R|IS|(?<=[NKR]CT)|(?<=EUCT)|(?<=EU\WCT)|(?<=udraCT)|(?<=UDRACT))")
_WITH_SMALL_CT = re.compile(r"ct(?:(?<=[Nn]ct)0|(?<=[Ii]srct)n|(?<=[Hh]ict)r|(?<=[Uu]dract))")

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣－", "-"))
_NO_PAGES = re.compile(
    r"no\b.{0,24}\b(?:page|pagination|specified)\b.*|no|specified|n/?a|n\.?p\.?|null", re.IGNORECASE
)
_PAGE_WORD = re.compile(r"^(?:pp?\.?|pages?|seiten?|s\.)\s*(?=\d)", re.IGNORECASE)
_PAGES = re.compile(r"([A-Za-z]{0,3})(\d{1,9})\s*-+\s*([A-Za-z]{0,3})(\d{1,9})")

_NO_AUTHOR = frozenset(
    {"[no author name available]", "[no authors listed]", "[no author id available]", "[anonymous]"}
    | {"anonymous", "anon", "anon.", "no author", "no authors listed", "[no author]", "et al", "et al."}
)
_GROUP = re.compile(
    r"\b(?:group|groups|team|trial|trials|study|studies|consortium|network|committee|collaborat\w+|investigators?"
    r"|society|association|institute|university|organi[sz]ation|council|department|hospital|foundation|agency"
    r"|center|centre|program|programme|federation|initiative|alliance|authority|board|registry|service|ministry)\b",
    re.IGNORECASE,
)
_SUFFIX = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv", "2nd", "3rd", "4th"})


def one_line(text: str) -> str:
    """The text with every run of white space (line ends too) as one blank, and none at its ends."""
    if text.isprintable() and "  " not in text:  # no white space but single blanks: most texts, and fast
        return text.strip(" ")
    joined = text.replace("\n", " ")
    if joined.isprintable() and "  " not in joined:
        return joined.strip(" ")
    return " ".join(text.split())


def unique(parts: Iterable[str]) -> tuple[str, ...]:
    """The parts that are not empty, each once, in their order."""
    return tuple(dict.fromkeys(filter(None, parts)))


def clean_doi(text: str) -> str:
    """The first DOI in the text, in lower case, without resolver address or punctuation after it.

    "https://doi.org/10.1016/J.X", "doi:10.1016/j.x." and "10.1016/j.x [doi]" are all 10.1016/j.x. An address
    that CENTRAL gives to its own copies (10.1002/central/CN-...) is not the DOI of the article and gives "".
    """
    if "10." not in text:
        return ""
    if "&" in text and ";" in text:
        text = html.unescape(text)  # &lt; and &gt; of old Wiley DOIs
    if "%" in text:
        text = unquote(text)
    found = _DOI.search(text)
    if not found:
        return ""
    doi = found[0]
    if "://" in text[: found.start()]:
        doi = _PAGE_OF_PUBLISHER.sub("", re.split(r"[&?#]", doi, maxsplit=1)[0])
    if second := _SECOND_DOI.search(doi):
        doi = doi[: second.start()]
    doi = _without_punctuation(doi.lower())
    return "" if doi.endswith("/") or doi.startswith("10.1002/central/") else doi


def _without_punctuation(doi: str) -> str:
    """The DOI without what follows it in a sentence; a closing bracket stays where it has its opening one."""
    while doi:
        last = doi[-1]
        opening = _OPENING.get(last)
        if opening is not None and doi.count(last) <= doi.count(opening):
            return doi
        if opening is None and last not in ".,;:*\\”’»":
            return doi
        doi = doi[:-1]
    return doi


def clean_pmid(text: str) -> str:
    """The PubMed number in "21314913", "PMID: 21314913", "PUBMED 21314913" or a PubMed address, else ""."""
    found = _BARE_PMID.fullmatch(text)
    if found is None:
        lower = text.lower()
        if "pmid" in lower or "pubmed" in lower or "medline" in lower:  # asked first, since it is fast
            found = _PMID.search(text)
    return (found[found.lastindex or 1] or "").lstrip("0") if found else ""


def clean_pmcid(text: str) -> str:
    """The PubMed Central number as "PMC123"; a bare number is taken as one."""
    found = _PMCID.search(text)
    return f"PMC{found[1] or found[2]}" if found else ""


def registry_ids(*texts: str) -> tuple[str, ...]:
    """The trial registry numbers that the texts mention, each once, in order: NCT..., ISRCTN..., EUCTR...

    A EudraCT number is given as EUCTR and an EU CT number as CTIS, the spellings of the WHO portal.
    """
    text = _APART.join(texts)
    without_ct = "UMIN" in text or "DRKS" in text or "NTR" in text or "RBR-" in text
    if not (without_ct or _WITH_CT.search(text) or _WITH_SMALL_CT.search(text)):
        return ()
    return unique(_registry_id(match) for match in _REGISTRIES.finditer(text))


def _registry_id(match: re.Match[str]) -> str:
    prefix, number = (part for part in match.groups() if part is not None)
    prefix = prefix.upper()
    if prefix == "CHICTR":
        return ("ChiCTR-" if number[0].isalpha() else "ChiCTR") + number.upper()
    if prefix == "JRCT":
        return "jRCT" + number.lower()
    if prefix == "RBR-":
        return prefix + number.lower()
    if prefix.startswith("EU") and prefix.endswith("CT") and prefix != "EUDRACT":
        prefix = "CTIS"
    return ("EUCTR" if prefix.startswith("EUDRACT") else prefix) + number.upper()


def author_name(text: str) -> str:
    """One author as "Family, Given" or "Family, Initials"; a group author stays as it is.

    "Smith JA" and "Smith J. A." get the comma they lack: "Smith, JA", "Smith, J. A.". What says that there
    is no author ("[Anonymous]", "[No authors listed]") gives "".
    """
    return author_on_one_line(one_line(text))


def author_on_one_line(text: str) -> str:
    """As `author_name`, for a text that has no white space but single blanks: quicker, where that is known."""
    name = text.strip(" ;,")
    if "," in name:
        family, _, given = name.partition(",")
        return f"{family.rstrip()}, {given.lstrip()}"
    return _with_comma(name)


@lru_cache(maxsize=16384)
def _with_comma(name: str) -> str:
    """A name that has no comma with the one it lacks before its initials."""
    if name.lower() in _NO_AUTHOR:
        return ""
    words = name.split(" ")
    if len(words) < 2 or len(words) > 8 or _GROUP.search(name):
        return name
    end = len(words) - 1 if words[-1].lower() in _SUFFIX else len(words)
    start = end
    while start > 1 and _is_initials(words[start - 1]):
        start -= 1
    if start == end:
        return name
    if name.isupper() and (start > 1 or len(words[1].replace(".", "")) > 3):
        return (
            name  # "SPRINT MIND", "PODCAST UK NHS": capitals throughout say nothing about which are initials
        )
    return f"{' '.join(words[:start])}, {' '.join(words[start:])}"


def _is_initials(word: str) -> bool:
    letters = word.replace(".", "").replace("-", "")
    return 0 < len(letters) <= 4 and letters.isalpha() and letters.isupper()


def year_of(text: str) -> int | None:
    """The first year from 1500 to 2100 in a date such as "2019//", "2012 Oct 1" or "20180330"."""
    found = _YEAR.search(text)
    return int(found[1]) if found else None


def page_range(first: str, last: str = "") -> str:
    """First and last page as "343-347", also from "343-7"; article numbers and e-pages stay as they are."""
    if first.isdecimal() and last.isdecimal():  # most pages
        return _whole_range(f"{first}-{last}") if first != last else first
    first, last = _page_text(first), _page_text(last)
    if first and last and first != last and "-" not in first and not first.startswith(("CD", "10.")):
        first = f"{first}-{last}"
    elif not first:
        first = last
    return "; ".join(_whole_range(part) for part in first.split("; "))


def _page_text(text: str) -> str:
    text = one_line(text.translate(_DASHES)).strip(" ,;.")
    return "" if _NO_PAGES.fullmatch(text) else _PAGE_WORD.sub("", text)


def _whole_range(pages: str) -> str:
    found = _PAGES.fullmatch(pages)
    if not found:
        return pages
    letter, first, last_letter, last = found.groups()
    if len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    if letter and not last_letter and len(last) == len(first):
        last_letter = letter
    if (letter, first) == (last_letter, last):
        return letter + first
    return f"{letter}{first}-{last_letter}{last}"


def issn_list(*texts: str) -> tuple[str, ...]:
    """The ISSNs in the texts as "1234-567X", each once, in order. Numbers of books are not among them."""
    return unique([f"{a}-{b.upper()}" for text in texts for a, b in _ISSN.findall(text)])

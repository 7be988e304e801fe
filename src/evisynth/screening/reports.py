"""What a report may be called and what its file may be: the rules of full texts, without files or rows."""

import re
import unicodedata
from collections.abc import Collection, Sequence

MOST_BYTES = 100 * 2**20
LONGEST_NAME = 100  # bytes of UTF-8; a folder of any system holds at least twice as many
LONGEST_STEM = 40
PDF = b"%PDF-"
END = b"%%EOF"
TAIL = 2048  # bytes at the end within which a whole PDF has its end mark; some writers put a little behind it
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def report_key(authors: Sequence[str], year: int | None, taken: Collection[str]) -> str:
    """An id for a report from its first author and year: smith2010, and smith2010b where that is taken.

    `authors` are as `search.record.Record` has them, "Family, Given". Letters outside a to z lose their marks;
    a name without any such letter, or no author, gives "report".
    """
    family = authors[0].partition(",")[0] if authors else ""
    stem = (_plain(family)[:LONGEST_STEM] or "report") + (str(year) if year else "")
    if stem not in taken:
        return stem
    further = [f"{stem}{letter}" for letter in LETTERS[1:]]
    further += [f"{stem}-{number}" for number in range(len(LETTERS) + 1, len(LETTERS) + len(taken) + 1)]
    return next(key for key in further if key not in taken)


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", unicodedata.normalize("NFKD", text).casefold())


def pdf_refused(start: bytes, size: int) -> str:
    """Why a file of `size` bytes that begins so is not taken as the text of a report, or "". Its name does not matter."""
    if not size:
        return "The file is empty."
    if size > MOST_BYTES:
        return f"The file has {size / 2**20:.0f} MB; at most {MOST_BYTES // 2**20} MB are kept."
    if not start.startswith(PDF):
        return f"The file is no PDF: it begins with {_shown(start[:12])}, and a PDF begins with '%PDF-'."
    return ""


def pdf_doubts(end: bytes) -> str:
    """What a person should look at in a PDF that ends so (at least its last TAIL bytes) and is kept, or ""."""
    if END not in end[-TAIL:]:
        return "The PDF has no mark at its end and may be cut off; look whether all its pages are there."
    return ""


def file_name(given: str, taken: Collection[str] = ()) -> str:
    """A name under which a PDF can be kept in any folder, as near to the given one as that allows.

    Letters, digits, blanks and -_.,()+ stay; other signs become "_". It ends in .pdf, and no name of `taken` is
    the same, small and capital letters aside.
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    stem = re.sub(r"\.pdf$", "", last.strip(), flags=re.IGNORECASE)
    stem = re.sub(r"[^\w\-.,()+ ]", "_", stem).encode()[:LONGEST_NAME].decode(errors="ignore")
    stem = stem.strip(" ._-+") or "report"
    names = {name.casefold() for name in taken}
    further = (f"{stem} ({number}).pdf" for number in range(2, len(names) + 3))
    return next(name for name in (f"{stem}.pdf", *further) if name.casefold() not in names)


def _shown(start: bytes) -> str:
    return repr(start.decode("ascii", "replace").replace("\ufffd", "?"))

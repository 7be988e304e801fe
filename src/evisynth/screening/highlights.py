"""Words to highlight while screening: where they stand in a text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal["", "include", "exclude"]

LONGEST = 30  # letters that a "*" stands for, so that no text takes long
WILDCARDS = 2  # of one word; a further "*" is a letter like others
LOOKED_AT = 50_000  # letters of a text; what comes after them is shown without highlights
SPACED = 0x2E80  # scripts from here on write words without spaces between them


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text. `kind` says whose word it is; "" is plain text."""

    text: str
    kind: Kind = ""


def highlighted(text: str, include: Sequence[str], exclude: Sequence[str]) -> list[Piece]:
    """The text in pieces; joined they are the text again.

    A word is found whole and in any case; "*" stands for further letters (random* finds randomised), and a space
    of a phrase for any space between its words. Of words that overlap the longer one counts, and among equally
    long ones that of `exclude`: what argues against a record is not to be overlooked.
    """
    if not text:
        return []
    pattern, kinds = _pattern(tuple(include), tuple(exclude))
    if pattern is None:
        return [Piece(text)]
    pieces: list[Piece] = []
    at = 0
    for found in pattern.finditer(text, 0, LOOKED_AT):
        if found.start() > at:
            pieces.append(Piece(text[at : found.start()]))
        pieces.append(Piece(found.group(), kinds[(found.lastindex or 1) - 1]))
        at = found.end()
    if at < len(text):
        pieces.append(Piece(text[at:]))
    return pieces


@lru_cache(maxsize=256)
def _pattern(
    include: tuple[str, ...], exclude: tuple[str, ...]
) -> tuple[re.Pattern[str] | None, tuple[Kind, ...]]:
    """One pattern with a group for each word, the longest first; and the kind of each group."""
    words: dict[str, Kind] = {_clean(word): "include" for word in include}
    words |= {_clean(word): "exclude" for word in exclude}
    words.pop("", None)
    ranked = sorted(words, key=lambda word: (-len(word), word))
    if not ranked:
        return None, ()
    spelled = "|".join(f"({_one(word)})" for word in ranked)
    return re.compile(spelled, re.IGNORECASE), tuple(words[word] for word in ranked)


def _clean(word: str) -> str:
    word = re.sub(r"\*+", "*", " ".join(word.casefold().split()))
    return "" if word == "*" else word


def _one(word: str) -> str:
    parts = word.split("*", WILDCARDS)
    spelled = rf"\w{{0,{LONGEST}}}".join(re.escape(part).replace(r"\ ", r"\s+") for part in parts)
    before = r"(?<!\w)" if _bounded(word[0]) else ""
    after = r"(?!\w)" if _bounded(word[-1]) else ""
    return before + spelled + after


def _bounded(letter: str) -> bool:
    return letter == "*" or (letter.isalnum() and ord(letter) < SPACED)

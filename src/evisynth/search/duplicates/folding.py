"""Text written the same way whatever the database made of it: words, titles, names."""

import html
import re
import unicodedata
from functools import lru_cache

from evisynth.search.duplicates.wording import ADDITION, ANNOTATION, PARTICLES, SUFFIXES

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "zeta", "η": "eta",
    "θ": "theta", "κ": "kappa", "λ": "lambda", "μ": "mu", "π": "pi", "ρ": "rho", "σ": "sigma", "τ": "tau",
    "φ": "phi", "χ": "chi", "ψ": "psi", "ω": "omega",
}  # fmt: skip
# Letters that Unicode does not take apart into a letter and an accent.
SPECIAL = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"}
# No German word begins with this letter: "ß-blocker" is how some exports write beta.
BETA = re.compile(r"(?<![^\W\d_])ß")
APOSTROPHES = "'’‘ʼ`´"
LETTERS = str.maketrans({**GREEK, **SPECIAL, **dict.fromkeys(APOSTROPHES, None)})
MARKUP = re.compile(r"</?(?:i|b|u|em|strong|su[bp]|inf|sc|span|p|br|jats:\w+)(?:\s[^<>]*)?/?>", re.IGNORECASE)
# "Müller" is exported as Mueller, Müller and Muller; names are compared with the second vowel left out.
SECOND_VOWEL = ("ae", "oe", "ue", "aa")


class Folding(dict[int, str]):
    """What each character becomes, found out when it is met first: "É" -> "e", "–" -> " ", "β" -> "beta"."""

    def __missing__(self, code: int) -> str:
        text = unicodedata.normalize("NFKD", chr(code).casefold().translate(LETTERS))
        text = "".join(letter for letter in text if not unicodedata.combining(letter)).translate(LETTERS)
        self[code] = "".join(letter if letter.isalnum() else " " for letter in text.lower())
        return self[code]


FOLDING = Folding()
# The same for plain ASCII as a table of bytes, many times faster.
ASCII_FOLDING = b"".join((FOLDING[code] or " ").encode() for code in range(128)) + b" " * 128
ASCII_APOSTROPHES = b"'`"


def fold(text: str) -> str:
    """Fold case, accents, dashes, punctuation, markup and HTML entities: words joined by one blank."""
    if "&" in text:
        text = html.unescape(html.unescape(text)).replace("&", " and ")
    if "<" in text:
        text = MARKUP.sub("", text)
    if text.isascii():
        text = text.encode("ascii").translate(ASCII_FOLDING, ASCII_APOSTROPHES).decode("ascii")
    else:
        if "ß" in text:
            text = BETA.sub("β", text)
        text = text.translate(FOLDING)
    return " ".join(text.split())


def squeeze(text: str) -> str:
    """Folded text without blanks."""
    return fold(text).replace(" ", "")


def bare_title(text: str) -> str:
    """The folded title without the brackets of a translation and without trailing annotations.

    Databases append "[abstract no: 134]", "(letter)", "[Russian]", "[see comment]"; they are cut as long as
    most of the title remains.
    """
    if "[" in text or "(" in text:
        text = ADDITION.sub(" ", text).strip().rstrip(". ")
        if text.startswith("[") and text.endswith("]"):
            text = text[1:-1]
        while (found := ANNOTATION.search(text)) and found.start() >= 0.6 * len(text):
            text = text[: found.start()].rstrip(". ")
    return fold(text)


def name_words(*names: str) -> list[str]:
    """The words of names without initials, suffixes, accents and transliteration: Mueller, Müller -> muller."""
    text = fold(" ".join(names))
    for vowels in SECOND_VOWEL:
        text = text.replace(vowels, vowels[0])
    return [word for word in text.split() if len(word) > 1 and word not in SUFFIXES]


@lru_cache(maxsize=262144)
def family_name(name: str) -> str:
    """The longest word of the family name, particles left out where something else remains."""
    family, comma, _ = name.partition(",")
    words = name_words(family) or name_words(name)
    words = [word for word in words if word not in PARTICLES] or words
    if not words:
        return ""
    return max(words, key=len) if comma else words[0]

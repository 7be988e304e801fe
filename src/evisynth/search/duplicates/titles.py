"""How two titles relate: the same, spelt otherwise, cut, with words more, with other words."""

from enum import IntEnum

from rapidfuzz.distance import OSA

from evisynth.search.duplicates.keys import Keys
from evisynth.search.duplicates.wording import NEGATIONS, OPPOSITES, SMALL_WORDS, SPELLINGS


class Title(IntEnum):
    """How two titles relate, from nothing in common to the same."""

    OTHER = 0  # other words
    SWAPPED = 1  # alike, but each has a word or number that the other has not
    MORE = 2  # one has words more in its middle
    CUT = 3  # one lacks the other's end or beginning: a missing subtitle, a title cut by the export
    NEAR = 4  # spelling, a missing small word
    SAME = 5


# Bound once, since every pair is asked: looking a member up takes longer than comparing it.
OTHER, SWAPPED, MORE, CUT, NEAR, SAME_TITLE = Title
# Letters that a title needs before one that begins with it may be the same title, not cut.
SHORTEST_CUT = 20
# Words of one title that may be misspelt; where more differ on both sides they are other words.
MOST_MISSPELT = 5


def title_relation(a: Keys, b: Keys, similarity: float) -> Title:
    """How the titles of two records relate; `similarity` of the letters, 0 to 1."""
    if not a.titles.isdisjoint(b.titles):
        return SAME_TITLE
    if not a.title or not b.title:
        return OTHER
    shorter, longer = (
        (a.squeezed, b.squeezed) if len(a.squeezed) <= len(b.squeezed) else (b.squeezed, a.squeezed)
    )
    if len(shorter) >= SHORTEST_CUT and longer.startswith(shorter):
        return CUT
    if similarity < 0.5:
        return OTHER
    only_a, only_b = own_words(a.title, b.title)
    if (only_a and only_b) or not NEGATIONS.isdisjoint(only_a + only_b):
        return SWAPPED if similarity >= 0.8 else OTHER
    if not only_a and not only_b:
        return NEAR
    if len(shorter) < SHORTEST_CUT and len(shorter) < 0.4 * len(longer):
        return OTHER
    words, extra = (a.title.split(), only_a) if only_a else (b.title.split(), only_b)
    return CUT if at_the_end(words, extra) or at_the_end(words[::-1], extra) else MORE


def at_the_end(words: list[str], extra: list[str]) -> bool:
    """Whether all extra words, with small words between them, stand at the end of the title."""
    left = list(extra)
    for word in reversed(words):
        if word in left:
            left.remove(word)
        elif word not in SMALL_WORDS and word not in extra:
            break
    return not left


def own_words(a: str, b: str) -> tuple[list[str], list[str]]:
    """The words that each title has alone, once spellings ("randomised") and split words are paired off."""
    if b < a:  # pairing off depends on the order; the result must not
        return own_words(b, a)[::-1]
    only_a, only_b = not_shared(a.split(), b.split())
    if "".join(only_a) == "".join(only_b):
        return [], []
    if len(only_a) > MOST_MISSPELT < len(only_b):
        return only_a, only_b
    for word in list(only_a):
        twin = next((other for other in only_b if one_spelling(word, other)), None)
        if twin is not None:
            only_a.remove(word)
            only_b.remove(twin)
    only_a = [word for word in only_a if word not in SMALL_WORDS]
    only_b = [word for word in only_b if word not in SMALL_WORDS]
    return ([], []) if "".join(only_a) == "".join(only_b) else (only_a, only_b)


def not_shared(a: list[str], b: list[str]) -> tuple[list[str], list[str]]:
    """The words of each list beyond those of the other; a word that stands twice in one counts twice."""
    count: dict[str, int] = {}
    for word in b:
        count[word] = count.get(word, 0) + 1
    only_a = []
    for word in a:
        if count.get(word, 0):
            count[word] -= 1
        else:
            only_a.append(word)
    return only_a, [word for word, times in count.items() for _ in range(times)]


def one_spelling(a: str, b: str) -> bool:
    """Whether two words are one: spelt otherwise ("haemorrhage"), or one letter misspelt, left out or swapped.

    Numbers and short words must be equal, and so must the first letter: "typical" and "atypical" are two words.
    """
    if abs(len(a) - len(b)) > 2:
        return False
    if len(a) < 4 or len(b) < 4:
        return (a in SMALL_WORDS) != (b in SMALL_WORDS) and slip_of_small_word(a, b)
    if a[0] != b[0] and a[:2] != b[1::-1] and "oe" not in (a[:2], b[:2]) and "ae" not in (a[:2], b[:2]):
        return False
    if not a.isalpha() or not b.isalpha():
        return False
    for old, new in SPELLINGS:
        a, b = a.replace(old, new), b.replace(old, new)
    first = a[0] == b[0] or a[:2] == b[1::-1]
    return first and OSA.distance(a, b, score_cutoff=1) <= 1 and not opposite(a, b)


def slip_of_small_word(a: str, b: str) -> bool:
    """Whether one word is the other, a small one, with two letters swapped or one more: "fo", "ofi"; not "no"."""
    if len(a + b) < 4 or not NEGATIONS.isdisjoint((a, b)) or OSA.distance(a, b, score_cutoff=1) > 1:
        return False
    return len(a) != len(b) or sorted(a) == sorted(b)


def opposite(a: str, b: str) -> bool:
    """Whether one word begins as the opposite of the other: "hypo-" and "hyper-"."""
    return any(
        (a.startswith(x) and b.startswith(y)) or (a.startswith(y) and b.startswith(x)) for x, y in OPPOSITES
    )

r"""LaTeX as BibTeX exports use it, turned into plain text: {\"o} is ö, \textit{in vitro} is in vitro."""

import re
import unicodedata

from evisynth.search.normalise import one_line

COMBINING = {
    '"': "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "c": "\u0327", "v": "\u030c", "H": "\u030b", "k": "\u0328", "r": "\u030a", "u": "\u0306", "d": "\u0323",
    "b": "\u0331",
}  # fmt: skip
SYMBOLS = {
    "ss": "ß", "o": "ø", "O": "Ø", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "AA": "Å",
    "l": "ł", "L": "Ł", "i": "i", "j": "j", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ", "dj": "đ",
    "DJ": "Đ", "ng": "ŋ", "textendash": "–", "textemdash": "—", "textquoteright": "’",
    "textquoteleft": "‘", "textquotedblleft": "“", "textquotedblright": "”", "textregistered": "®",
    "texttrademark": "™", "copyright": "©", "pounds": "£", "euro": "€", "texteuro": "€", "textdegree": "°",
    "degree": "°", "circ": "°", "pm": "±", "textpm": "±", "times": "×", "texttimes": "×", "leq": "≤",
    "le": "≤", "geq": "≥", "ge": "≥", "neq": "≠", "ldots": "…", "dots": "…", "textellipsis": "…",
    "textgreater": ">", "textless": "<", "sim": "~", "textasciitilde": "~", "textasciicircum": "^", "approx": "≈", "cdot": "·",
    "textperiodcentered": "·", "infty": "∞", "rightarrow": "→", "to": "→", "textmu": "µ", "S": "§",
    "textbackslash": "\\", "textbar": "|", "textunderscore": "_", "lt": "<", "gt": ">",
}  # fmt: skip
GREEK = (
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu"),
    *("nu", "xi", "omicron", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega"),
)
for _name in GREEK:
    _letter = "lamda" if _name == "lambda" else _name
    SYMBOLS[_name] = unicodedata.lookup(f"GREEK SMALL LETTER {_letter}")
    SYMBOLS[_name.capitalize()] = unicodedata.lookup(f"GREEK CAPITAL LETTER {_letter}")
# Commands that change only how their argument looks.
LOOKS = (
    r"text(?:it|bf|sc|rm|sf|tt|sl|up|md|normal|superscript|subscript)|emph|mathrm|mathit|mathbf|mathsf|mathcal|"
    r"underline|uppercase|mbox|hbox|ensuremath|url|href|path|it|bf|em|rm|sc|tt|sl|sf|bibinfo|relax|noopsort"
)

ACCENT = re.compile(
    r"""\\(?:(["'`^~=.])\s*|([cvHkrudb])(?:\s+|(?=\s*\{)))(?:\{\s*(\\?[^\W\d_])\s*\}|(\\[ij](?![A-Za-z])|[^\W\d_]))"""
)
COMMAND = re.compile(r"\\([A-Za-z]+)(?:\s*\{\}|\s+(?=[^\s])|(?![A-Za-z]))")
LOOK = re.compile(rf"\\(?:{LOOKS})(?![A-Za-z])\s*")
DOLLAR = re.compile(r"(?<!\\)\$")
MATH = re.compile(r"[\\^_{]")  # what stands between two dollars is mathematics where it has one of these
ESCAPED = re.compile(r"\\([&%$#_{} ,;!])")
QUOTES = (("``", "“"), ("''", "”"), ("---", "—"), ("--", "–"))
BRACES = re.compile(r"(?<!\\)[{}]")
# Signs that are meant as such, kept apart until LaTeX's own are gone, as characters that no text has.
HELD = {"{": "\ufdd0", "}": "\ufdd1", "$": "\ufdd2", "~": "\ufdd3", "\\": "\ufdd4"}


def plain_text(value: str) -> str:
    """LaTeX as plain text in NFC; commands that are not known stay as they are."""
    if "\\" in value:
        value = ESCAPED.sub(lambda sign: HELD.get(sign[1], " " if sign[1] in " ,;!" else sign[1]), value)
        value = ACCENT.sub(_accented, value)
    if "$" in value:
        value = _without_mathematics(value)
    if "\\" in value:
        value = LOOK.sub("", value)
        value = COMMAND.sub(_symbol, value)
    for written, meant in QUOTES:  # before braces go: -{}- is two hyphens
        value = value.replace(written, meant)
    value = BRACES.sub("", value)
    value = value.replace("~", " ")
    for sign, held in HELD.items():
        value = value.replace(held, sign)
    return unicodedata.normalize("NFC", one_line(value))


def _without_mathematics(value: str) -> str:
    """$10^{-3}$ as 10{-3}; dollars that are money stay."""
    first, *parts = DOLLAR.split(value)
    kept, inside = [first], True  # whether the next part stands after a dollar that may open
    for number, part in enumerate(parts, start=1):
        closes = number < len(parts)
        if inside and closes and MATH.search(part):
            kept.append(re.sub(r"[\^_](?=[{\w])", "", part) + "{}")  # a blank after it is no command's end
            inside = False
        else:
            kept.append(f"${part}" if inside else part)
            inside = True
    return "".join(kept)


def plain_address(value: str) -> str:
    """A web address or DOI: only LaTeX's escapes and braces are taken away."""
    value = re.sub(r"\\(?:url|href)\s*(?=\{)", "", value)
    return re.sub(
        r"\{?\\(?:textunderscore)?([&%$#_~])\}?|\\textunderscore(?:\{\})?|[{}]", _address, value
    ).strip()


def _address(found: re.Match[str]) -> str:
    return found[1] or ("_" if "underscore" in found[0] else "")


def _symbol(command: re.Match[str]) -> str:
    """The sign that a command prints; "~" and backslash are kept apart from LaTeX's own."""
    sign = SYMBOLS.get(command[1])
    return command[0] if sign is None else HELD.get(sign, sign)


def _accented(found: re.Match[str]) -> str:
    mark = COMBINING[found[1] or found[2]]
    letter = (found[3] or found[4]).lstrip("\\")
    return unicodedata.normalize("NFC", letter + mark)

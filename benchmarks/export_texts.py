"""Names, titles, journals and pages written as databases write them: what the styles of databases are made of."""

import html
import random
import re
import unicodedata

Dice = random.Random

# Abbreviations of the ISO 4 word list (LTWA); a word that is not here stays whole.
ABBREVIATIONS = {
    "academy": "Acad", "acta": "Acta", "advances": "Adv", "allergy": "Allergy", "american": "Am", "anaesthesia":
    "Anaesth", "anesthesia": "Anesth", "annals": "Ann", "annual": "Annu", "applied": "Appl", "archives": "Arch",
    "association": "Assoc", "australian": "Aust", "behavior": "Behav", "behavioral": "Behav", "behaviour": "Behav",
    "biochemical": "Biochem", "biological": "Biol", "biology": "Biol", "biomedical": "Biomed", "british": "Br",
    "bulletin": "Bull", "business": "Bus", "canadian": "Can", "cancer": "Cancer", "cardiac": "Card", "cardiology":
    "Cardiol", "cardiovascular": "Cardiovasc", "chemistry": "Chem", "chinese": "Chin", "circulation": "Circ",
    "clinical": "Clin", "communication": "Commun", "communications": "Commun", "comparative": "Comp", "computer":
    "Comput", "computers": "Comput", "computing": "Comput", "conference": "Conf", "critical": "Crit", "current":
    "Curr", "database": "Database", "development": "Dev", "diabetes": "Diabetes", "disease": "Dis", "diseases":
    "Dis", "economic": "Econ", "economics": "Econ", "education": "Educ", "educational": "Educ", "endocrinology":
    "Endocrinol", "engineering": "Eng", "environmental": "Environ", "epidemiology": "Epidemiol", "european": "Eur",
    "experimental": "Exp", "expert": "Expert", "gastroenterology": "Gastroenterol", "general": "Gen", "geriatrics":
    "Geriatr", "health": "Health", "heart": "Heart", "hematology": "Hematol", "hospital": "Hosp", "human": "Hum",
    "immunology": "Immunol", "industrial": "Ind", "information": "Inf", "innovation": "Innov", "institute": "Inst",
    "intensive": "Intensive", "internal": "Intern", "international": "Int", "investigation": "Invest", "japanese":
    "Jpn", "journal": "J", "knowledge": "Knowl", "laboratory": "Lab", "labour": "Labour", "letters": "Lett",
    "library": "Libr", "management": "Manag", "mechanisms": "Mech", "medical": "Med", "medicine": "Med", "mental":
    "Ment", "metabolism": "Metab", "methods": "Methods", "molecular": "Mol", "national": "Natl", "nature": "Nat",
    "nervous": "Nerv", "neurological": "Neurol", "neurology": "Neurol", "neuroscience": "Neurosci", "neurosurgery":
    "Neurosurg", "nursing": "Nurs", "nutrition": "Nutr", "occupational": "Occup", "oncology": "Oncol",
    "organization": "Organ", "organizational": "Organ", "parenteral": "Parenter", "pathology": "Pathol",
    "pediatric": "Pediatr", "pediatrics": "Pediatr", "pharmacology": "Pharmacol", "physical": "Phys", "physiology":
    "Physiol", "policy": "Policy", "practice": "Pract", "proceedings": "Proc", "psychiatry": "Psychiatry",
    "psychological": "Psychol", "psychology": "Psychol", "public": "Public", "quarterly": "Q", "radiology":
    "Radiol", "rehabilitation": "Rehabil", "report": "Rep", "reports": "Rep", "research": "Res", "respiratory":
    "Respir", "review": "Rev", "reviews": "Rev", "scandinavian": "Scand", "science": "Sci", "sciences": "Sci",
    "social": "Soc", "society": "Soc", "sociology": "Sociol", "statistics": "Stat", "strategic": "Strateg",
    "studies": "Stud", "supplement": "Suppl", "surgery": "Surg", "surgical": "Surg", "symposium": "Symp",
    "systems": "Syst", "systematic": "Syst", "technology": "Technol", "technological": "Technol", "therapeutics":
    "Ther", "therapy": "Ther", "thoracic": "Thorac", "toxicology": "Toxicol", "transactions": "Trans", "united":
    "U", "university": "Univ", "urology": "Urol", "world": "World", "work": "Work",
}  # fmt: skip
SMALL = frozenset(
    ("a", "an", "and", "at", "de", "der", "des", "die", "for", "from", "in", "la", "las", "le", "los", "of", "on", "the",
     "und", "y", "&")
)  # fmt: skip

BRITISH = {
    "randomis": "randomiz", "tumour": "tumor", "oesophag": "esophag", "haem": "hem", "paediatric": "pediatric",
    "anaemia": "anemia", "leukaemia": "leukemia", "behaviour": "behavior", "centre": "center", "fibre": "fiber",
    "labour": "labor", "programme": "program", "organis": "organiz", "utilis": "utiliz", "ageing": "aging",
    "diarrhoea": "diarrhea", "oedema": "edema", "ischaemi": "ischemi", "anaesthe": "anesthe", "modelling":
    "modeling", "analysing": "analyzing", "glycaemi": "glycemi", "hospitalis": "hospitaliz", "sulph": "sulf",
    "colour": "color", "characteris": "characteriz", "optimis": "optimiz", "dyslipidaemia": "dyslipidemia",
}  # fmt: skip
GREEK = {"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "kappa": "κ", "omega": "ω", "mu": "μ"}
TRANSLITERATED = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"}
)
NAME_ONE_WORD = re.compile(r"[^\W\d_]{1,3}\.?|(?:[^\W\d_]\.[- ]?)+")


# ---- names ----


def person(name: str) -> tuple[str, str]:
    """Family and given names of "Smith, J. A.", "Smith J. A." or "John A. Smith"; a group is all family."""
    family, comma, given = name.partition(",")
    if comma:
        return family.strip(), given.strip()
    words = name.split()
    if len(words) < 2 or len(words) > 4:
        return name.strip(), ""
    initials = [word for word in words[1:] if NAME_ONE_WORD.fullmatch(word) and word.upper() == word]
    if initials and initials == words[-len(initials) :]:
        return " ".join(words[: -len(initials)]), " ".join(initials)
    return words[-1], " ".join(words[:-1])


def initials(given: str) -> list[str]:
    """First letters: "John A." -> J, A; "J.A." -> J, A; "JA" -> J, A; "Xiao-Ming" -> X, M."""
    found = []
    for word in re.split(r"[\s.\-]+", given):
        found += list(word) if word.isupper() and len(word) <= 3 else [word[0].upper()] if word else []
    return found


def comma_dots(name: str) -> str:
    family, given = person(name)
    return f"{family}, {' '.join(f'{letter}.' for letter in initials(given))}".rstrip(", ")


def comma_bare(name: str) -> str:
    family, given = person(name)
    return f"{family}, {''.join(initials(given))}".rstrip(", ")


def no_comma_dots(name: str) -> str:
    family, given = person(name)
    return f"{family} {''.join(f'{letter}.' for letter in initials(given))}".strip()


def comma_no_blank(name: str) -> str:
    family, given = person(name)
    return f"{family}, {''.join(f'{letter}.' for letter in initials(given))}".rstrip(", ")


def comma_given(name: str) -> str:
    family, given = person(name)
    return f"{family}, {given.replace('.', '')}".rstrip(", ")


def without_accents(text: str) -> str:
    return "".join(
        letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter)
    )


# ---- titles, journals, pages ----


def sentence_case(title: str) -> str:
    words = title.split()
    kept = [words[0], *(w if w.isupper() or any(c.isdigit() for c in w) else w.lower() for w in words[1:])]
    return " ".join(kept)


def title_case(title: str) -> str:
    return " ".join(
        word if word.lower() in SMALL and place else word[:1].upper() + word[1:]
        for place, word in enumerate(title.split())
    )


def other_spelling(title: str, dice: Dice) -> str:
    """British for American or the other way, in all words of the title."""
    pairs = [*BRITISH.items(), *((b, a) for a, b in BRITISH.items())]
    to_american = dice.random() < 0.5
    for british, american in pairs[: len(BRITISH)]:
        old, new = (british, american) if to_american else (american, british)
        if old in {"hem", "program", "sulf", "aging", "edema"}:
            continue  # "them", "programming", "imaging"
        title = title.replace(old, new).replace(old.capitalize(), new.capitalize())
    return title


def greek_otherwise(title: str, dice: Dice) -> str:
    for name, letter in GREEK.items():
        if letter in title:
            return title.replace(
                letter, dice.choice([name, name.capitalize(), f"&{name};", f"[{name}]", f"{name}-"])
            )
        title = re.sub(rf"\b{name}(?=[ -])", letter, title) if dice.random() < 0.5 else title
    return title


def scripts_otherwise(title: str, dice: Dice) -> str:
    """Subscripts: CO2, CO<sub>2</sub>, CO(2)."""
    return re.sub(r"\b([A-Z][A-Za-z]?)(\d)\b", dice.choice([r"\1<sub>\2</sub>", r"\1(\2)", r"\1\2"]), title)


def punctuation_otherwise(title: str, dice: Dice) -> str:
    choice = dice.randrange(9)
    if choice == 0:
        return title.replace(": ", " - ")
    if choice == 1:
        return title.replace(": ", ". ").replace("? ", "?: ")
    if choice == 2:
        return title.replace("-", " ")
    if choice == 3:
        return title.replace("-", dice.choice("\u2010\u2013\u2011"))
    if choice == 4:
        return re.sub(r"(?<=[a-z])-(?=[a-z])", "", title, count=1)
    if choice == 5:
        return title.replace("'", "\u2019").replace('"', "\u201c")
    if choice == 6:
        return title.replace(" and ", " & ") if dice.random() < 0.5 else html.escape(title)
    if choice == 7:
        return (
            re.sub(r"\bversus\b", "vs.", title)
            if "versus" in title
            else re.sub(r"\bvs\.?\b", "versus", title)
        )
    return title.replace(", ", " ") if dice.random() < 0.3 else title.replace('"', "'")


def abbreviated(journal: str, *, dots: bool = False) -> str:
    """The ISO 4 abbreviation; a name of one word stays."""
    words = [word for word in re.split(r"[\s,]+", journal.partition(" : ")[0]) if word.lower() not in SMALL]
    if len(words) < 2:
        return journal
    short = [ABBREVIATIONS.get(word.strip(":.()").lower(), word.strip(":")) for word in words]
    return " ".join(
        f"{s}." if dots and s.lower() != w.lower() else s for s, w in zip(short, words, strict=True)
    )


def page_numbers(pages: str) -> tuple[str, str]:
    found = re.findall(r"[A-Za-z]{0,2}\d+", pages)
    if not found:
        return pages, pages
    first, last = found[0], found[1] if len(found) > 1 else found[0]
    if last.isdigit() and first.isdigit() and len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    return first, last


def full_pages(pages: str, dash: str = "-") -> str:
    first, last = page_numbers(pages)
    return first if first == last else f"{first}{dash}{last}"


def short_pages(pages: str) -> str:
    """343-347 -> 343-7."""
    first, last = page_numbers(pages)
    if first == last or len(first) != len(last):
        return full_pages(pages)
    same = next((n for n, (a, b) in enumerate(zip(first, last, strict=True)) if a != b), len(last) - 1)
    return f"{first}-{last[same:]}"


def maybe(dice: Dice, odds: float, value: str, otherwise: str = "") -> str:
    return value if dice.random() < odds else otherwise

"""The reports behind the included studies: real primary reports, and further reports that are simulated.

Citations of the primary reports are real and their abstracts are not reproduced. Every further report is
simulated, says so in its title, and is signed by an invented group: nothing is put into real authors' mouths.
"""

from publications import MARK, Person, Publication
from vocabulary import JOURNALS, Journal

JACI = Journal(
    "The Journal of Allergy and Clinical Immunology", "J Allergy Clin Immunol", "0091-6749", 1929, "clinical"
)
CEA = Journal("Clinical and Experimental Allergy", "Clin Exp Allergy", "0954-7894", 1971, "clinical")
ANNALS = Journal(
    "Annals of Allergy, Asthma & Immunology", "Ann Allergy Asthma Immunol", "1081-1206", 1942, "clinical"
)
ACTA = Journal("Acta Paediatrica", "Acta Paediatr", "0803-5253", 1921, "clinical")
NOT_REPRODUCED = (
    "The record is real and its abstract is not reproduced here; the export that holds it is simulated."
)
KEYWORDS = ("Milk Hypersensitivity", "Desensitization, Immunologic", "Child")


def _people(text: str) -> tuple[Person, ...]:
    """Authors from "Family Initials, Family Initials"; initials stand in for given names."""
    names = (name.rsplit(" ", 1) for name in text.split(", "))
    return tuple((family, " ".join(short)) for family, short in names)


def _real(
    key: str, title: str, authors: str, *, date: tuple[int, int], journal: Journal, place: tuple[str, ...], ids: tuple[str, str]
) -> Publication:  # fmt: skip
    (year, month), (volume, issue, first, last), (doi, pmid) = date, place, ids
    return Publication(
        key=key, title=title, authors=_people(authors), year=year, month=month, journal=journal, volume=volume, issue=issue, first=first,
        last=last, doi=doi, pmid=pmid, abstract=NOT_REPRODUCED, keywords=KEYWORDS, near="near", fate="included", study=key,
        report=f"{key}-article",
    )  # fmt: skip


MILK_PRIMARY = (
    _real(
        "longo-2008", "Specific oral tolerance induction in children with very severe cow's milk-induced reactions",
        "Longo G, Barbi E, Berti I, Meneghetti R, Pittalis A, Ronfani L, Ventura A",
        date=(2008, 2), journal=JACI, place=("121", "2", "343", "347"), ids=("10.1016/j.jaci.2007.10.029", "18158176"),
    ),
    _real(
        "martorell-2011", "Oral desensitization as a useful treatment in 2-year-old children with cow's milk allergy",
        "Martorell A, De la Hoz B, Ibáñez MD, Bone J, Terrados MS, Michavila A, Plaza AM, Alonso E, Garde J, Nevot S, Echeverria L, "
        "Santana C, Cerdá JC, Escudero C, Guallar I, Piquer M, Zapatero L, Ferré L, Bracamonte T, Muriel A, Martínez MI, Félix R",
        date=(2011, 9), journal=CEA, place=("41", "9", "1297", "1304"), ids=("10.1111/j.1365-2222.2011.03749.x", "21481024"),
    ),
    _real(
        "pajno-2010", "Oral immunotherapy for cow's milk allergy with a weekly up-dosing regimen: a randomized single-blind controlled study",
        "Pajno GB, Caminiti L, Ruggeri P, De Luca R, Vita D, La Rosa M, Passalacqua G",
        date=(2010, 11), journal=ANNALS, place=("105", "5", "376", "381"), ids=("10.1016/j.anai.2010.03.015", "21055664"),
    ),
    # At the date of the search this report had appeared online, without volume and pages: 2013;102(2):172-176.
    _real(
        "salmivesi-2012", "Milk oral immunotherapy is effective in school-aged children",
        "Salmivesi S, Korppi M, Mäkelä MJ, Paassilta M",
        date=(2012, 8), journal=ACTA, place=("", "", "", ""), ids=("10.1111/j.1651-2227.2012.02815.x", "22897785"),
    ),
    _real(
        "skripak-2008", "A randomized, double-blind, placebo-controlled study of milk oral immunotherapy for cow's milk allergy",
        "Skripak JM, Nash SD, Rowley H, Brereton NH, Oh S, Hamilton RG, Matsui EC, Burks AW, Wood RA",
        date=(2008, 12), journal=JACI, place=("122", "6", "1154", "1160"), ids=("10.1016/j.jaci.2008.09.030", "18951617"),
    ),
)  # fmt: skip
PEANUT_PRIMARY = (
    _real(
        "varshney-2011", "A randomized controlled study of peanut oral immunotherapy: clinical desensitization and modulation of the "
        "allergic response",
        "Varshney P, Jones SM, Scurlock AM, Perry TT, Kemper A, Steele P, Hiegel A, Kamilaris J, Carlisle S, Yue X, Kulis M, Pons L, "
        "Vickery B, Burks AW",
        date=(2011, 3), journal=JACI, place=("127", "3", "654", "660"), ids=("10.1016/j.jaci.2010.12.1111", "21377034"),
    ),
)  # fmt: skip

# study | report | kind | year | title: the further reports, all simulated.
MILK_FURTHER = """
longo-2008|longo-2008-meeting|meeting|2006|Early outcome of tolerance induction in very severe reactors, congress abstract
longo-2008|longo-2008-letter|article|2009|Home phase of a rush schedule after one year, letter with follow-up
martorell-2011|martorell-2011-meeting|meeting|2009|Two-year-olds on a multicentre desensitization schedule, interim congress abstract
martorell-2011|martorell-2011-tests|article|2012|Skin tests and antibodies at entry to a multicentre trial in toddlers, short communication
pajno-2010|pajno-2010-meeting|meeting|2008|Weekly up-dosing against soy drink, first results presented at a congress
pajno-2010|pajno-2010-letter|article|2011|Questions about a weekly schedule, correspondence with added data
salmivesi-2012|salmivesi-2012-registration|registration|2011|Schoolchildren given rising milk protein or placebo, registration entry
salmivesi-2012|salmivesi-2012-meeting|meeting|2010|Blinded milk dosing at school age, poster abstract
skripak-2008|skripak-2008-registration|registration|2006|Dose escalation to 500 mg milk protein against placebo, registration entry
skripak-2008|skripak-2008-meeting|meeting|2007|Blinded milk protein dosing with daily maintenance, late-breaking abstract
skripak-2008|skripak-2008-home|article|2010|Open home doses after the blinded phase of a placebo-controlled trial, brief report
"""
PEANUT_FURTHER = """
varshney-2011|varshney-2011-registration|registration|2008|Peanut flour or oat flour by mouth in children, registration entry
varshney-2011|varshney-2011-meeting|meeting|2009|Blinded peanut flour dosing with one-year challenge, congress abstract
"""
# fate | study | kind | year | title: eligible as far as can be told, without results yet. Invented.
MILK_PENDING = """
ongoing|sim-ongoing-drops|registration|2011|Randomised trial of milk drops by mouth against continued avoidance in schoolchildren
ongoing|sim-ongoing-yoghurt|registration|2012|Fermented milk by mouth or soy placebo for persistent IgE-mediated milk allergy
ongoing|sim-ongoing-powder|registration|2010|Dose-finding with skimmed milk powder or placebo in adolescents and adults with milk allergy
awaiting|sim-awaiting-capsules|meeting|2012|Encapsulated milk protein against placebo by mouth, interim congress abstract without group data
awaiting|sim-awaiting-rural|meeting|2011|Random allocation to oral milk or avoidance in four clinics, abstract without denominators
"""
PEANUT_PENDING = """
ongoing|sim-ongoing-nutmeg|registration|2011|Randomised trial of peanut protein by mouth or avoidance in primary schoolchildren
ongoing|sim-ongoing-spread|registration|2010|Peanut spread in rising doses against oat placebo in adolescents
"""


def further(text: str) -> list[dict[str, object]]:
    """What is fixed of each further report, for `Library.article`."""
    made = []
    for line in text.strip().splitlines():
        study, report, kind, year, title = line.split("|")
        name = study.replace("-", " ").title()
        made.append({
            "study": study, "report": report, "kind": kind, "year": int(year), "fate": "included", "authors": (),
            "group": f"Simulated Report Group of {name}", "title": f"{title} (simulated report of the trial {name})",
            "abstract": f"This report was invented for an example; it stands for a further report of {name} and holds no data. {MARK}",
        })  # fmt: skip
    return made


def pending(text: str) -> list[dict[str, object]]:
    """What is fixed of the reports of ongoing studies and of those that wait for information."""
    made = []
    for line in text.strip().splitlines():
        fate, study, kind, year, title = line.split("|")
        made.append({
            "fate": fate, "study": study, "kind": kind, "year": int(year), "title": f"{title} (simulated)", "report": f"{study}-report",
            "abstract": f"An invented trial that has no results to extract. {MARK}",
        })  # fmt: skip
    return made


def twin_journal(journal: Journal) -> Journal:
    """Another journal of the same field."""
    same = [one for one in JOURNALS if one.field == journal.field]
    return same[(same.index(journal) + 1) % len(same)]

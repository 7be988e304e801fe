"""Which column of a trial register's CSV holds what, as `csv_vendors` has it for databases."""

from evisynth.search.formats.csv_vendors import Vendor, columns_of

TRIAL = "trial registration"
CTGOV = Vendor(
    "ClinicalTrials.gov",
    frozenset({"nct number", "study title"}),
    columns_of("""
        accession: nct number
        registry: other ids
        title: study title
        links: study url
        abstract: brief summary
        keywords: acronym | conditions | interventions
        year: first posted | start date
    """),
    lists=("|",),
    type=TRIAL,
)
CTGOV_CLASSIC = Vendor(  # the site of before 2024
    "ClinicalTrials.gov",
    frozenset({"rank", "nct number", "title"}),
    columns_of("""
        accession: nct number
        registry: other ids
        title: title
        links: url
        keywords: acronym | conditions | interventions
        year: first posted | first received | start date
    """),
    lists=("|",),
    type=TRIAL,
)
# Read by `ictrp`, which knows the values by the names that they have in ICTRP's XML.
ICTRP = Vendor(
    "ICTRP",
    frozenset({"trialid", "public title", "scientific title"}),
    columns_of("""
        accession: trialid
        title: scientific title | public title
        keywords: acronym | condition
        abstract: intervention | primary outcome | inclusion criteria
        year: date registration3 | date registration | date enrollement
        database: source register
        registry: secondary id | secondary ids | secondaryids
        links: web address | results url link
    """),
    type=TRIAL,
)
REGISTERS = (CTGOV, CTGOV_CLASSIC, ICTRP)

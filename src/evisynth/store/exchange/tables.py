"""The tables of the review folder: which file, which columns, which row of the database."""

from evisynth.store.exchange.schema import Column, Table

# What an analysis may name; tests/store/exchange/test_tables.py compares these with the stage of synthesis, which
# a command that only reads or writes tables need not load.
MEASURES = (
    "RR", "OR", "RD", "MD", "SMD", "ROM", "IRR", "IRD", "HR", "PR", "PLO", "PFT", "PAS", "PLN", "PRZ", "IR", "IRLN", "IRS",
    "IRFT", "MN", "MNLN", "SMN", "SDLN", "CVLN", "AS", "PETO", "PBIT", "PHI", "ZPHI", "YUQ", "YUY", "RTET", "ZTET", "OR2D",
    "OR2DL", "OR2DN", "IRSD", "SMDH", "SMD1", "SMD1H", "VR", "CVR", "D2OR", "D2ORL", "D2ORN", "CLESN", "AUCN", "RPB", "ZPB",
    "RBIS", "ZBIS", "generic", "generic ratio",
)  # fmt: skip
TAU2 = ("DL", "HE", "HS", "HSk", "SJ", "SJIT", "DLIT", "ML", "REML", "EB", "PM", "PMM")
TESTS = ("z", "t", "HK", "HK-adhoc", "HK-ci", "HK-IQWiG6", "KR")
PREDICTIONS = ("own", "HTS", "V", "Riley", "HK", "HK-PR", "KR", "KR-PR")
PROFILES = ("revman5", "metafor", "meta", "revman-web")
MISSING_CODES = ("not reported", "not measured", "unclear", "not applicable")
MOST_UPDATES = 999
MOST_SEED = 2**31 - 1
ROLES = ("owner", "reviewer", "adjudicator", "statistician", "reader")

PERSON = Column("person", "ref", to="people", required=True, about="who did it")
TIME = Column("time", "time", about="when it was done")

REVIEW = Table(
    "review", "review.yaml", "Review", single=True, required=True,
    columns=(
        Column("evisynth", "word", choices=("1",), required=True),
        Column("title", required=True),
        Column("date", "date", required=True),
        Column("notice"),
        Column("question.population", attr="population", required=True),
        Column("question.intervention", attr="intervention", required=True),
        Column("question.comparator", attr="comparator", required=True),
        Column("question.outcomes", attr="outcomes_in_question", required=True),
        *(
            Column(f"settings.{name}", "whole", attr=name, choices=("1", "2"), default=2)
            for name in ("votes_title_abstract", "votes_full_text", "extractors", "assessors")
        ),
        Column("settings.consensus_by", "word", attr="consensus_by", choices=("third person", "either"),
               default="third person"),
        Column("settings.maybe_counts_as", "word", attr="maybe_counts_as", choices=("include", "exclude"),
               default="include"),
        Column("settings.blinding", "word", attr="blinding", choices=("until complete", "until own vote", "open"),
               default="until complete", about="when people see each other's votes on an item"),
        Column("settings.seed", "whole", attr="seed", default=1, between=(0, MOST_SEED),
               about="of the random order in which records are screened"),
        Column("settings.highlight_include", "texts", attr="highlight_include", about="words shown in green"),
        Column("settings.highlight_exclude", "texts", attr="highlight_exclude", about="words shown in red"),
    ),
)  # fmt: skip

PEOPLE = Table(
    "people", "review.yaml", "Membership", path="people", key=("id",),
    columns=(
        Column("id", "id", attr="key", required=True),
        Column("name", required=True),
        Column("roles", "words", choices=ROLES, required=True),
        Column("affiliation"),
        Column("left", "yes/no", default=False, about="whether the person is no longer in the team"),
    ),
)  # fmt: skip

LABELS = Table(
    "labels", "review.yaml", "Label", path="labels", key=("id",),
    columns=(Column("id", "id", attr="key", required=True), Column("name", required=True), Column("colour")),
)  # fmt: skip

PORTIONS = Table(
    "portions", "review.yaml", "Portion", path="portions",
    columns=(
        Column("stage", "word", choices=("title-abstract", "full-text"), required=True),
        PERSON,
        Column("start", "number", required=True),
        Column("end", "number", required=True),
    ),
)  # fmt: skip

PROTOCOL = Table(
    "protocol", "protocol.yaml", "Review", single=True, required=True,
    columns=(
        Column("objectives", required=True),
        Column("eligibility.include", "texts", attr="include_criteria", required=True),
        Column("eligibility.exclude", "texts", attr="exclude_criteria"),
        Column("risk_of_bias.tool", "word", attr="rob_tool", choices=("rob1",)),
        Column("risk_of_bias.key_domains", "texts", attr="rob_key_domains"),
    ),
)  # fmt: skip

VERSIONS = Table(
    "versions", "protocol.yaml", "ProtocolVersion", path="versions", key=("id",),
    columns=(
        Column("id", "id", attr="key", required=True),
        Column("date", "date", required=True),
        Column("note"),
    ),
)  # fmt: skip

AMENDMENTS = Table(
    "amendments", "protocol.yaml", "Amendment", path="amendments",
    columns=(
        Column("date", "date", required=True),
        Column("section", required=True),
        Column("change", required=True),
        Column("reason", required=True),
    ),
)  # fmt: skip

EXCLUSION_REASONS = Table(
    "exclusion_reasons", "protocol.yaml", "ExclusionReason", path="exclusion_reasons", key=("id",),
    columns=(Column("id", "id", attr="key", required=True), Column("text", required=True)),
)  # fmt: skip

COMPARISONS = Table(
    "comparisons", "protocol.yaml", "Comparison", path="comparisons", key=("id",),
    columns=(
        Column("id", "id", attr="key", required=True),
        *(
            Column(f"{side}.{part}", kind, attr=f"{side}_{field}", required=True)
            for side in ("intervention", "comparator")
            for part, kind, field in (("id", "id", "key"), ("name", "text", "name"), ("short", "text", "short"))
        ),
    ),
)  # fmt: skip

OUTCOMES = Table(
    "outcomes", "protocol.yaml", "Outcome", path="outcomes", key=("id",),
    columns=(
        Column("id", "id", attr="key", required=True),
        Column("name", required=True),
        Column("definition"),
        Column("type", "word", choices=("dichotomous", "continuous", "count", "time to event"), required=True),
        Column("unit", about="what a continuous outcome is measured in; of a count the unit of its person-time"),
        Column("direction", "word", choices=("benefit", "harm"), required=True),
        Column("importance", "word", choices=("critical", "important", "limited")),
    ),
)  # fmt: skip

TIMEPOINTS = Table(
    "timepoints", "protocol.yaml", "Timepoint", path="timepoints", parent="outcomes", key=("id",),
    columns=(Column("id", "id", attr="key", required=True), Column("name", required=True)),
)  # fmt: skip

CHARACTERISTICS = Table(
    "characteristics", "protocol.yaml", "Characteristic", path="characteristics", key=("id",),
    columns=(Column("id", "id", attr="key", required=True), Column("label", required=True)),
)  # fmt: skip

MODEL_RULES = Table(
    "model_rules", "protocol.yaml", "ModelRule", path="model_rules", key=("id",),
    columns=(
        Column("id", "id", attr="key", required=True),
        Column("statistic", "word", choices=("I2", "tau2", "k", "p_Q"), required=True),
        Column("below", "number", required=True),
        Column("then", required=True),
        Column("otherwise", required=True),
    ),
)  # fmt: skip

ANALYSIS_COLUMNS = (
    Column("id", "id", attr="key", required=True),
    Column("title", required=True),
    Column("comparison", "ref", to="comparisons", required=True),
    Column("outcome", "ref", to="outcomes", required=True),
    Column("timepoint", "ref", to="timepoints", within="outcome", required=True),
    Column("measure", "word", choices=MEASURES),
    Column("method", "word", choices=("MH", "IV", "Peto")),
    Column("model"),
    Column("tau2", "word", choices=TAU2),
    Column("profile", "word", choices=PROFILES),
    Column("test", "word", choices=TESTS, about="of random effects; by default that of the profile"),
    Column("prediction", "word", choices=PREDICTIONS, about="how the prediction interval is made; by default there is none"),
    Column("data", "word", attr="data_from", choices=("arms", "contrasts", "arms or contrasts"),
           about="whether the effects are computed from the arms, taken as the reports give them, or taken so where the "
           "arms do not give all that the measure takes"),
    Column("values", "word", attr="which_values", choices=("final", "change", "change or final"),
           about="which means of the arms: at the time point, or the changes up to it"),
    Column("group", "word", attr="one_group", choices=("intervention", "comparator"),
           about="whose arms a measure of one group takes"),
    Column("assumed_risk.from", "word", attr="assumed_from",
           choices=("pooled comparator", "median comparator", "given")),
    Column("assumed_risk.value", "number", attr="assumed_value"),
    Column("assumed_risk.source", attr="assumed_source"),
    Column("re_express.sd", "number", about="the standard deviation by which an SMD is told on a scale that readers know"),
    Column("re_express.unit", about="the unit of that scale"),
    Column("re_express.source", about="where the standard deviation is from"),
    Column("subgroup_by", "ref", to="characteristics", about="a characteristic of the studies whose values make subgroups"),
    Column("leave_out_judged", "words", choices=("high", "unclear"),
           about="studies whose risk of bias over the key domains is one of these take no part"),
    Column("favours", "texts"),
)  # fmt: skip

ANALYSES = Table(
    "analyses", "protocol.yaml", "Analysis", path="analyses", key=("id",), columns=ANALYSIS_COLUMNS,
    fixed=(("planned", True),),
)  # fmt: skip

POST_HOC = Table(
    "post_hoc", "analyses.yaml", "Analysis", path="post_hoc", key=("id",),
    columns=(*ANALYSIS_COLUMNS, Column("reason", attr="post_hoc_reason", required=True)),
    fixed=(("planned", False),),
)  # fmt: skip

NOT_AS_PLANNED = Table(
    "not_as_planned", "analyses.yaml", "Analysis", path="analyses", key=("id",),
    columns=(
        Column("id", "ref", to="analyses", required=True),
        Column("pool", "yes/no", default=True),
        Column("reason", attr="not_pooled_reason"),
    ),
)  # fmt: skip

LEFT_OUT_COLUMNS = (Column("study", "ref", to="studies", required=True), Column("reason", required=True))

LEFT_OUT = Table(
    "left_out", "analyses.yaml", "LeftOut", path="leave_out", parent="not_as_planned", key=("study",),
    columns=LEFT_OUT_COLUMNS,
)  # fmt: skip

LEFT_OUT_POST_HOC = Table(
    "left_out_post_hoc", "analyses.yaml", "LeftOut", path="leave_out", parent="post_hoc", key=("study",),
    columns=LEFT_OUT_COLUMNS,
)  # fmt: skip

SEARCHES = Table(
    "searches", "searches.csv", "SearchRun", key=("source",), required=True,
    columns=(
        Column("source", "id", attr="key", required=True, about="names the source's records: medline gives medline:1"),
        Column("name", required=True, about="the source as the report names it"),
        Column("kind", "word", choices=("database", "register", "website", "citations", "contact"), required=True,
               about="in which box of the flow diagram it counts"),
        Column("platform", about="the interface or vendor, such as Ovid"),
        Column("searched", "date", required=True, soft=True, about="when it was searched last"),
        Column("coverage", about="the years or part of the source that was searched, such as 1946 to 2012-10-01"),
        Column("limits", about="limits set in the search, such as languages; 'none' where there were none"),
        Column("strategy", attr="strategy_file", about="the file with the strategy, verbatim"),
        Column("peer_reviewed", about="who reviewed the strategy or how, such as PRESS; 'no' where nobody did"),
        Column("file", "texts", attr="files", required=True, soft=True,
               about="the exports, untouched, in the order in which their records are numbered; 'none' where the search "
               "found nothing"),
        Column("format", attr="forced_format", about="forces a format, such as ris; empty: found from the content"),
        Column("encoding", attr="forced_encoding", about="forces an encoding, such as cp1252; empty: found"),
        Column("sha256", "texts", about="a hash for each file in their order, so that a file that was exchanged is noticed"),
        Column("note", about="anything else about the source"),
        Column("update", "whole", default=0, between=(0, MOST_UPDATES), sparse=True,
               about="the run of the searches: empty for the review's own, 1 for the first update"),
        Column("mapping", attr="mapping_file", sparse=True,
               about="a file that says how exports of an unknown format are read"),
    ),
)  # fmt: skip

DUPLICATES = Table(
    "duplicates", "duplicates.csv", "DuplicateDecision",
    columns=(
        Column("record_a", "ref", to="records", required=True, about="one record, such as medline:1"),
        Column("record_b", "ref", to="records", required=True, about="the other one"),
        Column("decision", "word", choices=("merge", "keep apart", "withdraw"), required=True,
               about="whether both are one publication; 'withdraw' takes back what was decided about them"),
        PERSON, TIME, Column("reason", about="why, in words"),
        Column("changes", "yes/no", default=False, sparse=True,
               about="'yes' where the row changes what was decided about the pair; the earlier row stays"),
    ),
)  # fmt: skip

SCREENING = Table(
    "screening", "screening.csv", "Decision",
    columns=(
        Column("stage", "word", choices=("title-abstract", "full-text"), required=True, about="what was read"),
        Column("record", "ref", to="records", required=True, about="any record of a group of duplicates stands for it"),
        PERSON,
        Column("kind", "word", choices=("vote", "consensus"), required=True,
               about="a person's own decision, or what settles a conflict"),
        Column("decision", "word", choices=("include", "exclude", "maybe", "withdraw"), required=True,
               about="'maybe' in a vote alone; 'withdraw' takes back the person's vote, or the consensus"),
        Column("reason", "ref", to="exclusion_reasons", about="why it is excluded; needed at full text"),
        TIME,
        Column("changes", "yes/no", default=False,
               about="'yes' where the row changes this person's earlier vote; the earlier row stays"),
        Column("note", about="anything else about the decision"),
    ),
)  # fmt: skip

RECORD_LABELS = Table(
    "record_labels", "labels.csv", "RecordLabel", key=("label", "stage", "record", "person"),
    columns=(
        Column("label", "ref", to="labels", required=True),
        Column("stage", "word", choices=("title-abstract", "full-text"), required=True),
        Column("record", "ref", to="records", required=True),
        PERSON, TIME,
    ),
)  # fmt: skip

NOTES = Table(
    "notes", "notes.csv", "Note",
    columns=(
        Column("stage", "word", choices=("title-abstract", "full-text"), required=True),
        Column("record", "ref", to="records", required=True),
        PERSON, TIME,
        Column("text", required=True),
    ),
)  # fmt: skip

REPORTS = Table(
    "reports", "reports.csv", "Report", key=("report",),
    columns=(
        Column("report", "id", attr="key", required=True),
        Column("record", "ref", to="records", required=True),
        Column("retrieved", "yes/no", about="whether it could be had; empty while it is being sought"),
        Column("reason", about="why it could not be had"),
        Column("note"),
    ),
)  # fmt: skip

REPORT_FILES = Table(
    "report_files", "report_files.csv", "ReportFile", key=("report", "file"),
    columns=(
        Column("report", "ref", to="reports", required=True),
        Column("file", attr="name", required=True, about="its name in the folder reports/<report>"),
        Column("sha256", about="its hash, so that a file that was exchanged is noticed"),
    ),
)  # fmt: skip

STUDIES = Table(
    "studies", "studies.csv", "Study", key=("study",),
    columns=(
        Column("study", "id", attr="key", required=True),
        Column("name", required=True),
        Column("status", "word", choices=("included", "ongoing", "awaiting"), required=True),
        Column("design"),
        Column("published", "yes/no", default=True),
        Column("registration"),
        Column("note"),
    ),
)  # fmt: skip

STUDY_REPORTS = Table(
    "study_reports", "study_reports.csv", "StudyReport", key=("study", "report"),
    columns=(
        Column("study", "ref", to="studies", required=True),
        Column("report", "ref", to="reports", required=True),
        Column("role", "word", choices=("primary", "secondary"), required=True),
        Column("note"),
    ),
)  # fmt: skip

ARMS = Table(
    "arms", "arms.csv", "Arm", key=("study", "arm"),
    columns=(
        Column("study", "ref", to="studies", required=True),
        Column("arm", "id", attr="key", required=True),
        Column("name", required=True),
        Column("side"),
        Column("description"),
    ),
)  # fmt: skip

CONTACTS = Table(
    "contacts", "contacts.csv", "Contact", key=("contact",),
    columns=(
        Column("contact", "id", attr="key", required=True),
        Column("study", "ref", to="studies", required=True),
        Column("date", "date", required=True),
        PERSON,
        Column("asked_of", required=True),
        Column("question", required=True),
        Column("reply_date", "date"),
        Column("reply"),
    ),
)  # fmt: skip

EXTRACTION = Table(
    "extraction", "extraction.csv", "ExtractedValue",
    columns=(
        Column("study", "ref", to="studies", required=True),
        Column("outcome", "ref", to="outcomes"),
        Column("timepoint", "ref", to="timepoints", within="outcome"),
        Column("arm", "ref", to="arms", within="study"),
        Column("comparison", "ref", to="comparisons", sparse=True,
               about="in place of the arm: the value is of an effect that the report gives itself"),
        Column("measure", "word", choices=MEASURES, sparse=True, about="which effect that is, such as HR"),
        Column("field", required=True),
        PERSON,
        Column("kind", "word", choices=("extraction", "consensus"), required=True),
        Column("value"),
        Column("missing", "word", choices=MISSING_CODES),
        Column("derivation"),
        Column("report", "ref", to="reports"),
        Column("locator"),
        Column("quote"),
        TIME,
        Column("note"),
    ),
)  # fmt: skip

APPRAISAL = Table(
    "appraisal", "appraisal.csv", "Assessment",
    key=("tool", "study", "outcome", "domain", "person", "kind"),
    columns=(
        Column("tool", "word", choices=("rob1",), required=True),
        Column("study", "ref", to="studies", required=True),
        Column("outcome", "ref", to="outcomes"),
        Column("domain", required=True),
        PERSON,
        Column("kind", "word", choices=("judgement", "consensus"), required=True),
        Column("judgement", "word", choices=("low", "high", "unclear"), required=True),
        Column("support"),
        Column("report", "ref", to="reports"),
        Column("locator"),
        TIME,
    ),
)  # fmt: skip

GRADE_DOWN = ("risk_of_bias", "inconsistency", "indirectness", "imprecision", "publication_bias")
GRADE_UP = ("large_effect", "dose_response", "opposing_confounding")

CERTAINTY = Table(
    "certainty", "certainty.yaml", "Certainty", path="certainty", key=("analysis",),
    columns=(
        Column("analysis", "ref", to="analyses", required=True),
        Column("start", "word", choices=("high", "low"), required=True),
        *(
            Column(f"{domain}.{part}", "whole" if part != "reason" else "text", default=0 if part != "reason" else None)
            for domains, step in ((GRADE_DOWN, "down"), (GRADE_UP, "up"))
            for domain in domains
            for part in (step, "reason")
        ),
        Column("judged_by", "texts", to="people"),
        Column("judged_on", "date"),
        Column("analysis_hash"),
        Column("comment"),
    ),
)  # fmt: skip

# In the order in which rows can be made: what is referred to comes first.
TABLES = (
    REVIEW, PEOPLE, LABELS, PORTIONS, PROTOCOL, VERSIONS, AMENDMENTS, EXCLUSION_REASONS, COMPARISONS, OUTCOMES,
    TIMEPOINTS, CHARACTERISTICS, MODEL_RULES, ANALYSES, POST_HOC, SEARCHES, DUPLICATES, SCREENING,
    RECORD_LABELS, NOTES, REPORTS, REPORT_FILES, STUDIES, STUDY_REPORTS, ARMS, CONTACTS, EXTRACTION, APPRAISAL,
    NOT_AS_PLANNED, LEFT_OUT, LEFT_OUT_POST_HOC, CERTAINTY,
)  # fmt: skip

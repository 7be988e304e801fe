"""The tables of the review folder: which file, which columns, which row of the database."""

from evisynth.store.exchange.schema import Column, Table

EXTRACTION_FIELDS = (
    "n", "patients_with_event", "event_count", "person_time", "mean", "sd", "se", "median", "q1", "q3", "min",
    "max", "percentage", "randomised", "withdrawn",
)  # fmt: skip
MISSING_CODES = ("not reported", "not measured", "unclear", "not applicable")
MOST_UPDATES = 999
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
    ),
)  # fmt: skip

PEOPLE = Table(
    "people", "review.yaml", "Membership", path="people", key=("id",),
    columns=(
        Column("id", "id", attr="key", required=True),
        Column("name", required=True),
        Column("roles", "words", choices=ROLES, required=True),
        Column("affiliation"),
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
        Column("type", "word", choices=("dichotomous", "continuous", "count"), required=True),
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
    Column("measure", "word", choices=("RR", "OR", "RD")),
    Column("method", "word", choices=("MH", "IV")),
    Column("model"),
    Column("tau2", "word", choices=("DL",)),
    Column("profile", "word", choices=("revman5", "metafor")),
    Column("assumed_risk.from", "word", attr="assumed_from",
           choices=("pooled comparator", "median comparator", "given")),
    Column("assumed_risk.value", "number", attr="assumed_value"),
    Column("assumed_risk.source", attr="assumed_source"),
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
        Column("file", "texts", attr="files", required=True,
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
    "duplicates", "duplicates.csv", "DuplicateDecision",  # of two rows about a pair the first one counts
    columns=(
        Column("record_a", "ref", to="records", required=True, about="one record, such as medline:1"),
        Column("record_b", "ref", to="records", required=True, about="the other one"),
        Column("decision", "word", choices=("merge", "keep apart"), required=True,
               about="whether both are one publication"),
        PERSON, TIME, Column("reason", about="why, in words"),
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
        Column("decision", "word", choices=("include", "exclude", "maybe"), required=True,
               about="'maybe' in a vote alone"),
        Column("reason", "ref", to="exclusion_reasons", about="why it is excluded; needed at full text"),
        TIME,
        Column("changes", "yes/no", default=False,
               about="'yes' where the row changes this person's earlier vote; the earlier row stays"),
        Column("note", about="anything else about the decision"),
    ),
)  # fmt: skip

REPORTS = Table(
    "reports", "reports.csv", "Report", key=("report",),
    columns=(
        Column("report", "id", attr="key", required=True),
        Column("record", "ref", to="records", required=True),
        Column("retrieved", "yes/no", required=True),
        Column("reason"),
        Column("note"),
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
    REVIEW, PEOPLE, PROTOCOL, VERSIONS, AMENDMENTS, EXCLUSION_REASONS, COMPARISONS, OUTCOMES, TIMEPOINTS,
    CHARACTERISTICS, MODEL_RULES, ANALYSES, POST_HOC, SEARCHES, DUPLICATES, SCREENING, REPORTS, STUDIES,
    STUDY_REPORTS, ARMS, CONTACTS, EXTRACTION, APPRAISAL, NOT_AS_PLANNED, LEFT_OUT, LEFT_OUT_POST_HOC, CERTAINTY,
)  # fmt: skip

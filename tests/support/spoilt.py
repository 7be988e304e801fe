"""Ways to spoil one thing in the small review, each with the problem that tells it."""


def change(file, having, **cells):
    return lambda small: small.row(file, **having).update(cells)


def add(file, *rows):
    return lambda small: small.add(file, *rows)


def swap(file, old, new):
    return lambda small: small.swap(file, old, new)


def both(*steps):
    return lambda small: [step(small) for step in steps]


def both_extractors(**cells):
    """The same change in the rows of both extractors of the n of alpha's drops."""
    return lambda small: [
        row.update(cells)
        for row in small.tables["extraction.csv"]
        if (row["study"], row["outcome"], row["arm"], row["field"]) == ("alpha", "cure", "drops", "n")
    ]


CYCLE = swap("protocol.yaml", "  otherwise: random effects\n",
             "  otherwise: by-k\n- id: by-k\n  statistic: k\n  below: 3\n  then: by-i2\n  otherwise: by-i2\n")  # fmt: skip
SPOILT = {
    "events above the total": (
        both_extractors(value="19"),
        "extraction.csv:12: patients_with_event: alpha, drops: 20 people with the event among 19; events cannot exceed the",
    ),
    "people analysed above those randomised": (
        both_extractors(value="33"),
        "extraction.csv:10: n: alpha, drops: 33 people analysed of 32 randomised; nobody can be added.",
    ),
    "a decision that stands twice": (
        add("screening.csv", "title-abstract,medline:3,ra,vote,include"),
        "screening.csv:24: decision: ra decided about medline:3 already in line 6 (exclude). The row does not count",
    ),
    "a second consensus about one record": (
        add("screening.csv", "title-abstract,medline:5,rc,consensus,include"),
        "screening.csv:24: kind: a second consensus about medline:5; rc settled it in line 12. The row does not count.",
    ),
    "a consensus by one of the two who voted": (
        change("screening.csv", {"record": "medline:5", "kind": "consensus"}, person="ra"),
        "screening.csv:12: person: ra voted on medline:5 and may not settle it: a third person does.",
    ),
    "an extraction settled by one of the two": (
        change("extraction.csv", {"kind": "consensus"}, person="ra"),
        "person: ra extracted alpha/cure/week-12/syrup/patients_with_event and may not settle it",
    ),
    "a judgement settled by one of the two": (
        change("appraisal.csv", {"kind": "consensus"}, person="rb"),
        "appraisal.csv:10: person: rb judged beta, allocation-concealment and may not settle it",
    ),
    "a second consensus of an extraction": (
        add("extraction.csv", "alpha,cure,week-12,syrup,patients_with_event,rc,consensus,12"),
        "extraction.csv:47: kind: a second consensus for alpha/cure/week-12/syrup/patients_with_event; rc gave",
    ),
    "a value extracted twice by one person": (
        add("extraction.csv", "alpha,cure,week-12,drops,n,ra,extraction,31"),
        "extraction.csv:47: person: ra extracted alpha/cure/week-12/drops/n already; the row does not count.",
    ),
    "a second consensus of a judgement": (
        add("appraisal.csv", "rob1,beta,,allocation-concealment,st,consensus,high"),
        "appraisal.csv:11: person: found 'st', which is not among the people.",
    ),
    "an unknown field": (
        both_extractors(field="N_total"),
        "extraction.csv:10: field: found 'N_total', which is no field of a result.",
    ),
    "an unknown characteristic": (
        change("extraction.csv", {"field": "design"}, field="desing"),
        "extraction.csv:2: field: found 'desing', which is no characteristic of the protocol's form. Did you mean 'design'?",
    ),
    "a value of an outcome without a time point": (
        change("extraction.csv", {"field": "n"}, timepoint=""),
        "extraction.csv:10: timepoint: is empty; a value of an outcome belongs to a time point and an arm.",
    ),
    "a value of an outcome without an arm": (
        change("extraction.csv", {"field": "n"}, arm=""),
        "extraction.csv:10: arm: is empty; a value of an outcome belongs to a time point and an arm.",
    ),
    "an unknown domain": (
        change("appraisal.csv", {"study": "alpha"}, domain="sequence-genration"),
        "appraisal.csv:2: domain: found 'sequence-genration', which is no domain of rob1. Did you mean 'sequence-generation'?",
    ),
    "an unknown key domain": (
        swap("protocol.yaml", "[sequence-generation,", "[sequence-generatoin,"),
        "risk_of_bias.key_domains: found 'sequence-generatoin', which is no domain of the tool. Did you mean",
    ),
    "two extractions that differ": (
        change("extraction.csv", {"field": "n", "person": "rb"}, value="29"),
        "extraction.csv:10: n: alpha/cure/week-12/drops/n: the extractions differ (ra: 30 and rb: 29) and nobody has settled",
    ),
    "one extraction where two are asked for": (
        lambda small: small.tables["extraction.csv"].remove(small.row("extraction.csv", field="n", person="rb")),
        "extraction.csv:10: n: alpha/cure/week-12/drops/n: only ra extracted it; no value stands until a second person does.",
    ),
    "judgements that differ": (
        lambda small: small.tables["appraisal.csv"].remove(small.row("appraisal.csv", kind="consensus")),
        "allocation-concealment: beta: the judgements differ or one is missing, and nobody has settled it.",
    ),
    "a formula that does not exist": (
        change("extraction.csv", {"field": "patients_with_event", "derivation": "patients = n x percentage"},
               derivation="patients = n * percentage"),
        "the extractions differ (ra: patients = n * percentage and rb: patients = n x percentage)",
    ),
    "a formula of another field": (
        lambda small: [row.update(derivation="n = randomised") for row in small.tables["extraction.csv"] if row["derivation"]],
        "derivation: The formula 'n = randomised' gives n, not patients_with_event.",
    ),
    "a formula without its inputs": (
        lambda small: [row.update(value="", missing="unclear") for row in small.tables["extraction.csv"]
                       if row["field"] == "percentage"],
        "derivation: The formula 'patients = n x percentage' needs percentage of the same arm.",
    ),
    "two arms for one side": (
        add("arms.csv", "alpha,drops-high,high dose,drops"),
        "arms.csv:6: side: alpha has drops in line 2 already. Arms of one side are not merged by the program",
    ),
    "a side that no comparison has": (
        change("arms.csv", {"study": "alpha", "arm": "drops"}, side="drop"),
        "arms.csv:2: side: found 'drop', which is no side of a comparison; the arm takes part in no analysis. Did you mean 'drops'?",
    ),
    "a report that is not retrieved, without a reason": (
        change("reports.csv", {"retrieved": "no"}, reason=""),
        "reports.csv:4: reason: is empty; say why the report was not retrieved.",
    ),
    "two reports of one record": (
        add("reports.csv", "alpha-again,pubmed:1,yes"),
        "reports.csv:6: record: pubmed:1 is a duplicate of the record of report alpha-report; one report is enough.",
    ),
    "a report sought of a record that was excluded": (
        add("reports.csv", "history-report,medline:3,yes"),
        "reports.csv:6: record: medline:3 was sought in full, but on title and abstract it is excluded.",
    ),
    "a decision in full text on a record that was excluded": (
        add("screening.csv", "full-text,medline:3,ra,vote,include"),
        "screening.csv:24: record: medline:3 was decided in full text, but on title and abstract it is excluded.",
    ),
    "a decision in full text on a report that was not retrieved": (
        add("screening.csv", "full-text,medline:4,ra,vote,include"),
        "reports.csv:4: retrieved: says no, but medline:4 was decided in full text.",
    ),
    "an exclusion in full text without a reason": (
        change("screening.csv", {"record": "pubmed:2", "stage": "full-text"}, reason=""),
        "screening.csv:22: reason: is empty; an exclusion in full text needs one of the reasons.",
    ),
    "an included record that nobody sought": (
        lambda small: small.tables["reports.csv"].remove(small.row("reports.csv", report="marzipan-letter")),
        "screening.csv: flow: 1 included record has no row in reports.csv: the report is still to be sought.",
    ),
    "an included study without an included report": (
        add("studies.csv", "gamma,Gamma 2003,included"),
        "studies.csv:4: status: gamma is included, but no report of it was included in full text.",
    ),
    "a record that waits for a vote": (
        lambda small: small.tables["screening.csv"].remove(small.row("screening.csv", record="pubmed:3", person="rb")),
        "screening.csv: flow: 1 record waits for a decision on title and abstract.",
    ),
    "a vote of a person who may not vote": (
        both(
            swap("review.yaml", "settings:", "- id: st\n  name: S\n  roles: [statistician]\nsettings:"),
            add("screening.csv", "title-abstract,medline:3,st,vote,include"),
        ),
        "screening.csv:24: person: st is statistician; only a reviewer, adjudicator or owner may decide.",
    ),
    "a certainty without a reason": (
        swap("certainty.yaml", "    reason: Few people\n", ""),
        "certainty.yaml:2: cure: Imprecision: −1 without a reason; every step needs one.",
    ),
    "a certainty of too many steps": (
        swap("certainty.yaml", "down: 1", "down: 3"),
        "certainty.yaml:2: cure: GRADE down, imprecision: 3 levels; from 0 to 2 are possible.",
    ),
    "a certainty of fewer than no steps": (
        swap("certainty.yaml", "down: 1", "down: -1"),
        "certainty.yaml:2: cure: GRADE down, imprecision: -1 levels; from 0 to 2 are possible.",
    ),
    "a certainty of other data": (
        swap("certainty.yaml", "analysis_hash: ", "analysis_hash: 00 #"),
        "certainty.yaml: cure: the certainty was judged on other data or another recipe. Judge again, then write analysis_hash:",
    ),
    "rules in a circle": (CYCLE, "The rules go round in a circle and never reach a model: by-i2 → by-k → by-i2."),
    "a rule that leads nowhere": (
        swap("protocol.yaml", "  otherwise: random effects", "  otherwise: randon effects"),
        "protocol.yaml:56: model_rules: Rule 'by-i2', otherwise: 'randon effects' is neither a model nor a rule. Did you mean",
    ),
    "a model that is no rule": (
        swap("protocol.yaml", "  model: by-i2\n", "  model: by-i3\n"),
        "protocol.yaml:62: cure: The model 'by-i3' is neither a model nor a rule. Did you mean 'by-i2'?",
    ),
    "a model that is no rule, of an analysis that is not pooled": (
        swap("protocol.yaml", "  model: by-i2\n  tau2: DL\n  profile: revman5\n- id: death",
             "  model: by-i3\n  tau2: DL\n  profile: revman5\n- id: death"),
        "protocol.yaml:75: rash: The model 'by-i3' is neither a model nor a rule. Did you mean 'by-i2'?",
    ),
    "an assumed risk above one": (
        swap("protocol.yaml", "    from: pooled comparator", "    from: given\n    value: 50"),
        "protocol.yaml:62: cure.assumed_risk:",
    ),
    "an assumed risk that is not given": (
        swap("protocol.yaml", "    from: pooled comparator", "    from: given"),
        "cure.assumed_risk: A given assumed risk needs its value, a fraction from 0 to 1.",
    ),
    "three sides of a plot": (
        swap("protocol.yaml", "favours: [syrup, drops]", "favours: [syrup, drops, both]"),
        "protocol.yaml:62: cure.favours: found 3 texts; two are right",
    ),
    "a claim that does not exist": (
        swap("report.md", "{{ cure.effect }}", "{{ cure.efect }}"),
        "report.md:5: cure.efect: there is no claim 'cure.efect'. Did you mean 'effect'?",
    ),
    "a number typed into the prose": (
        swap("report.md", "Dose:", "We found 8 records. Dose:"),
        "report.md:5: the number '8' is typed into the prose and would not follow the data.",
    ),
    "braces that are not closed": (
        swap("report.md", '{{ "5 mL" }}', '{{ "5 mL"'),
        "report.md:5: has braces that are not closed on the same line; {{ path }} is a claim.",
    ),
    "a claim that has no value": (
        both(change("extraction.csv", {"field": "n", "person": "rb"}, value="29")),
        "report.md:5: cure.drops.n: the claim 'cure.drops.n' has no value: not every study has the numbers that it needs.",
    ),
}  # fmt: skip

"""A folder is carried out as far as its files allow: each problem in its place, everything else in the report."""

import itertools
import json
import random

import pytest

from evisynth.errors import ProblemsFound
from evisynth.reporting.results import results_json
from evisynth.store import models
from evisynth.store.review_folder import carry_out, write_report
from support.small_review import SmallReview

pytestmark = pytest.mark.django_db


@pytest.fixture
def small():
    return SmallReview()


def carried_out(small: SmallReview, tmp_path):
    checked = carry_out(small.write(tmp_path))
    return checked, [str(problem) for problem in checked.problems]


def analysis(checked, key: str):
    return next(of for of in checked.findings.analyses if of.key == key)


def test_the_small_review_has_no_problem_and_its_result(small, tmp_path):
    checked, problems = carried_out(small, tmp_path)
    assert problems == []
    # 20/30 and 12/20 against 10/30 and 5/20, Mantel-Haenszel by hand:
    # (20 x 30/60 + 12 x 20/40) / (10 x 30/60 + 5 x 20/40) = 16 / 7.5.
    assert analysis(checked, "cure").result.result.estimate == pytest.approx(16 / 7.5, rel=1e-12)
    assert [of.kind for of in checked.findings.analyses] == ["meta-analysis", "narrative", "no data"]
    assert analysis(checked, "cure").certainty.level == "moderate"


def test_a_check_leaves_the_database_as_it_was(small, tmp_path):
    carried_out(small, tmp_path)
    assert models.Review.objects.count() == 0


def test_the_same_folder_gives_the_same_findings_twice(small, tmp_path):
    folder = small.write(tmp_path)
    first, second = carry_out(folder), carry_out(folder)
    assert first.told.document == second.told.document
    assert results_json(first.findings) == results_json(second.findings)


# What is spoilt; the problem that tells it; and the findings that are still there.
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
        "screening.csv: flow: 1 included records have no row in reports.csv: the report is still to be sought.",
    ),
    "an included study without an included report": (
        add("studies.csv", "gamma,Gamma 2003,included"),
        "studies.csv:4: status: gamma is included, but no report of it was included in full text.",
    ),
    "a record that waits for a vote": (
        lambda small: small.tables["screening.csv"].remove(small.row("screening.csv", record="pubmed:3", person="rb")),
        "screening.csv: flow: 1 records wait for a decision on title and abstract.",
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
        swap("protocol.yaml", "  model: by-i2\n- id: death", "  model: by-i3\n- id: death"),
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


@pytest.mark.parametrize("what", SPOILT)
def test_what_is_spoilt_is_told_in_its_place_and_the_rest_of_the_review_is_told_too(small, tmp_path, what):
    spoil, message = SPOILT[what]
    spoil(small)
    checked, problems = carried_out(small, tmp_path)
    assert any(message in problem for problem in problems), problems
    assert len(problems) <= 6
    assert checked.findings.flow.records == 8
    assert len(checked.findings.analyses) == 3
    assert "Results" in [getattr(block, "text", "") for block in checked.told.document.blocks]
    assert json.loads(results_json(checked.findings))["flow"]["records"] == 8


def test_a_review_without_a_manuscript_is_told_by_its_problems_and_numbers(small, tmp_path):
    del small.texts["report.md"]
    checked, problems = carried_out(small, tmp_path)
    assert problems == ["report.md: the manuscript is missing; the report has only what is computed."]
    assert analysis(checked, "cure").kind == "meta-analysis"


def test_votes_out_of_range_are_told_and_the_usual_two_are_asked_for(small, tmp_path):
    small.swap("review.yaml", "votes_title_abstract: 2", "votes_title_abstract: 3")
    checked, problems = carried_out(small, tmp_path)
    assert problems == ["review.yaml:21: settings.votes_title_abstract: found '3'; 1 or 2 is right."]
    assert checked.findings.plan.votes_title_abstract == 2


def test_a_folder_without_a_review_cannot_be_carried_out(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ProblemsFound, match="the folder is empty"):
        carry_out(tmp_path / "empty")
    assert models.Review.objects.count() == 0


def test_arms_that_contradict_themselves_take_part_in_no_analysis(small, tmp_path):
    SPOILT["events above the total"][0](small)
    checked, _ = carried_out(small, tmp_path)
    cure = analysis(checked, "cure")
    assert cure.kind == "single study"
    assert [row.not_available for row in cure.rows] == ["values that contradict each other", ""]


def test_a_value_that_is_not_settled_takes_part_in_no_analysis(small, tmp_path):
    SPOILT["two extractions that differ"][0](small)
    checked, _ = carried_out(small, tmp_path)
    assert analysis(checked, "cure").kind == "single study"


def test_a_study_with_two_arms_for_one_side_is_left_out_and_not_counted_twice(small, tmp_path):
    SPOILT["two arms for one side"][0](small)
    checked, _ = carried_out(small, tmp_path)
    rows = analysis(checked, "cure").rows
    assert rows[0].first is None
    assert rows[0].not_available.startswith("2 arms for drops")
    assert analysis(checked, "cure").kind == "single study"


def test_a_study_left_out_is_told_and_not_pooled(small, tmp_path):
    small.texts["analyses.yaml"] += "- id: cure\n  leave_out:\n  - study: beta\n    reason: late\n"
    checked, problems = carried_out(small, tmp_path)
    assert analysis(checked, "cure").kind == "single study"
    assert analysis(checked, "cure").certainty_stale
    assert ["judged on other data" in problem for problem in problems].count(True) == 1


def test_a_study_that_is_not_included_takes_part_in_no_analysis(small, tmp_path):
    small.row("studies.csv", study="beta")["status"] = "awaiting"
    checked, _ = carried_out(small, tmp_path)
    assert [row.study for row in analysis(checked, "cure").rows] == ["alpha"]
    assert checked.findings.flow.awaiting_studies == 1


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_rows_does_not_change_a_result(small, tmp_path, seed):
    straight, _ = carried_out(small, tmp_path / "straight")
    shuffled = SmallReview()
    for file, rows in shuffled.tables.items():
        if file != "searches.csv":
            random.Random(seed).shuffle(rows)
    mixed, problems = carried_out(shuffled, tmp_path / "shuffled")
    assert problems == []
    assert mixed.findings.flow == straight.findings.flow
    for before, after in zip(straight.findings.analyses, mixed.findings.analyses, strict=True):
        assert after.hash == before.hash
        assert after.kind == before.kind
        if before.result:
            assert after.result.result.estimate == pytest.approx(before.result.result.estimate, rel=1e-14)
    numbers = {key: cell.final.number for key, cell in straight.findings.cells.items()}
    assert {key: cell.final.number for key, cell in mixed.findings.cells.items()} == numbers
    assert mixed.findings.derived == straight.findings.derived
    finals = {(of.study, of.domain): of.final for of in straight.findings.judged}
    assert {(of.study, of.domain): of.final for of in mixed.findings.judged} == finals


@pytest.mark.parametrize("what", ["the small review", "events above the total", "rules in a circle"])
def test_every_why_of_a_report_has_a_derivation_and_every_derivation_its_inputs(small, tmp_path, what):
    if what in SPOILT:
        SPOILT[what][0](small)
    checked, _ = carried_out(small, tmp_path)
    assert dangling(checked.told.document) == []


def dangling(document) -> list[str]:
    """Keys of derivations that are asked for and are not there."""
    runs = [run for block in document.blocks for run in runs_of(block)]
    whys = {run.why for run in runs if run.why}
    inputs = {key for derivation in document.derivations.values() for key in derivation.inputs}
    return sorted((whys | inputs) - set(document.derivations))


def runs_of(block):
    for name in ("runs", "items", "rows", "notes"):
        stack = [getattr(block, name, ())]
        while stack:
            part = stack.pop()
            if isinstance(part, tuple):
                stack.extend(part)
            else:
                yield part


def test_a_pooled_effect_leads_back_to_the_page_of_a_report_and_its_source(small, tmp_path):
    document = carried_out(small, tmp_path)[0].told.document
    chain = ["claim/cure.effect", "analysis/cure", "row/cure/alpha", "cell/alpha/cure/week-12/drops/patients_with_event",
             "entry/alpha/cure/week-12/drops/patients_with_event/ra", "report/alpha-report", "source/medline"]  # fmt: skip
    for key, below in itertools.pairwise(chain):
        assert below in document.derivations[key].inputs, key
    entry = document.derivations[chain[4]]
    assert "table 2" in entry.how
    assert "as printed" in entry.how
    assert entry.source == "extraction.csv:12"
    assert document.derivations["claim/cure.effect"].value == "RR 2.13, 95% CI 1.33 to 3.42"


def test_a_computed_value_leads_back_to_its_inputs(small, tmp_path):
    document = carried_out(small, tmp_path)[0].told.document
    cell = document.derivations["cell/beta/cure/week-12/drops/patients_with_event"]
    assert cell.value == "12"
    assert {"cell/beta/cure/week-12/drops/n", "cell/beta/cure/week-12/drops/percentage"} <= set(cell.inputs)


def test_a_report_that_two_sources_found_leads_back_to_both(small, tmp_path):
    document = carried_out(small, tmp_path)[0].told.document
    assert document.derivations["report/alpha-report"].inputs == ("source/medline", "source/pubmed")


def test_a_report_is_written_beside_the_old_one_and_then_takes_its_place(small, tmp_path):
    checked, _ = carried_out(small, tmp_path)
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "old.txt").write_text("old")
    write_report(checked, tmp_path / "report")
    names = {path.name for path in (tmp_path / "report").iterdir()}
    assert {"report.html", "report.docx", "report.pdf", "results.json", "problems.txt"} <= names
    assert "old.txt" not in names
    assert not (tmp_path / "report.new").exists()

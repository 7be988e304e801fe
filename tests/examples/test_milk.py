"""The milk review: every published number comes out of its files, and follows them when they change.

Published: Yeung 2012, Cochrane Database of Systematic Reviews, CD009542, abstract. The limits with seven decimals were
computed with the normal quantile rounded to 1.959964; we use the exact one, which moves the eighth figure
(docs/decisions/0008-intervals-use-the-exact-normal-quantile.md).
"""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from evisynth.reporting.claims import Claims
from evisynth.store.review_folder import carry_out
from support.examples import (
    EXAMPLES,
    change_extraction,
    copy_of,
    differences,
    literals,
    results,
    told,
    typed_numbers,
)

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
MILK = EXAMPLES / "milk-oit"
DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def milk(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        return carry_out(MILK)


@pytest.fixture(scope="module")
def claim(milk):
    claims = Claims(milk.findings)
    return lambda path: claims.resolve(path)[0]


@pytest.fixture(scope="module")
def full(milk):
    return next(of for of in milk.findings.analyses if of.key == "full-serving")


@pytest.fixture(scope="module")
def partial(milk):
    return next(of for of in milk.findings.analyses if of.key == "partial-serving")


def test_there_are_no_problems(milk):
    assert milk.problems == ()


@pytest.mark.parametrize(
    ("path", "published"),
    [
        ("searches.sources", "13"),
        ("flow.screened", "2111"),
        ("flow.assessed", "157"),
        ("flow.included-reports", "16"),
        ("flow.included-studies", "5"),
        ("full-serving.participants", "196"),
        ("full-serving.moit.n", "106"),
        ("full-serving.control.n", "90"),
        ("full-serving.effect", "RR 6.61, 95% CI 3.51 to 12.44"),
        ("full-serving.moit.events", "66"),
        ("full-serving.moit.percent", "62%"),
        ("full-serving.control.events", "7"),
        ("full-serving.control.percent", "8%"),
        ("partial-serving.effect", "RR 9.34, 95% CI 2.72 to 32.09"),
        ("partial-serving.moit.events", "27"),
        ("partial-serving.moit.percent", "25%"),
        ("partial-serving.control.events", "0"),
        ("any-reaction.moit.events", "97"),
        ("any-reaction.moit.n", "106"),
        ("epinephrine.moit.events", "10"),
        ("epinephrine.moit.event-count", "11"),
        ("epinephrine.moit.repeat-events", "1"),
        ("epinephrine.moit.one-in", "11"),
        ("studies.blinding.double-blind+single-blind", "3"),
        ("studies.control.avoidance-diet", "2"),
        ("full-serving.certainty", "low"),
        ("partial-serving.certainty", "low"),
        ("searches.latest", "1 October 2012"),
    ],
)
def test_a_published_number_is_computed(claim, path, published):
    assert claim(path) == published


def test_the_boxes_of_the_flow_diagram_add_up(milk):
    flow = milk.findings.flow
    assert flow.problems() == ()
    assert flow.open_ends() == ()
    assert flow.records - flow.duplicates_removed == flow.screened == 2111
    assert flow.sought - flow.not_retrieved == flow.assessed == 157


def test_full_serving_has_the_digits_of_revman(full):
    pooled = full.result.pooled
    assert pooled.estimate == pytest.approx(6.6124085, abs=5e-8)
    assert pooled.estimate_ci == pytest.approx((3.5149319, 12.4394862), rel=2e-8)
    assert pooled.I2 == pytest.approx(7.49, abs=5e-3)
    assert (pooled.Q, pooled.df) == (pytest.approx(4.3238562, abs=5e-8), 4)


def test_partial_serving_has_the_digits_of_revman(partial):
    pooled = partial.result.pooled
    assert pooled.estimate == pytest.approx(9.3391003, abs=5e-8)
    assert pooled.estimate_ci == pytest.approx((2.7176992, 32.0928806), rel=2e-8)
    assert (pooled.Q, pooled.df, pooled.I2) == (pytest.approx(2.5652397, abs=5e-8), 4, 0)


def test_the_rule_of_the_protocol_picks_the_common_effect_for_both(full, partial):
    for analysed, I2 in ((full, "7.49%"), (partial, "0.00%")):
        assert analysed.result.model == "common effect"
        assert analysed.result.steps == (f"I2 is {I2}, below 50%: common effect",)


def test_the_data_of_each_trial_are_those_of_the_trial_reports(full):
    # Longo 2008, Martorell 2011, Pajno 2010, Salmivesi 2012, Skripak 2008: full serving and people analysed.
    rows = {row.study: (row.first.events, row.first.n, row.second.events, row.second.n) for row in full.rows}
    assert rows == {
        "longo-2008": (11, 30, 0, 30), "martorell-2011": (27, 30, 7, 30), "pajno-2010": (10, 15, 0, 15),
        "salmivesi-2012": (14, 18, 0, 8), "skripak-2008": (4, 13, 0, 7),
    }  # fmt: skip


def test_outcomes_pooled_narrative_and_without_data_stand_side_by_side(milk):
    kinds = {analysed.key: analysed.kind for analysed in milk.findings.analyses}
    assert kinds == {
        "full-serving": "meta-analysis", "partial-serving": "meta-analysis", "sustained": "no data",
        "any-reaction": "narrative", "epinephrine": "narrative",
    }  # fmt: skip
    assert {row.not_available for row in milk.findings.analyses[2].rows} == {"not measured"}


@pytest.mark.parametrize(
    "sentence",
    [
        "We screened 2111 unique records and read 157 reports in full text. We included 16 reports of five trials",
        "66 (62%) of those on MOIT against 7 (8%) of the controls (RR 6.61, 95% CI 3.51 to 12.44; low certainty)",
        "97 of 106 children on MOIT had at least one",
        "given to 10 of 106 children on MOIT (9%), on 11 occasions: one in every 11 children treated",
        "No trial looked at children after a period off treatment",
    ],
)
def test_the_abstract_says_it(milk, sentence):
    assert any(sentence in line for line in told(milk))


def test_the_report_says_what_is_simulated(milk):
    assert "Simulated are: the search exports" in milk.told.document.notice
    assert any(line.startswith("Simulated: the exports of the searches") for line in told(milk))


def test_no_number_is_typed_in_the_files_that_people_write():
    # The manuscript's own typed numbers are problems of the build; here are the literals and the YAML.
    manuscript = (MILK / "report.md").read_text(encoding="utf-8")
    assert set(literals(manuscript)) == {
        "95%", "10 to 184 mL", "5 to 150 mL", "150 mL", "200 mL", "500 mg", "RevMan 5", "ten",
    }  # fmt: skip
    for name in ("certainty", "analyses"):
        tree = YAML(typ="safe").load((MILK / f"{name}.yaml").read_text(encoding="utf-8"))
        assert [typed_numbers(text) for text in texts(tree) if typed_numbers(text)] == []


def texts(tree):
    """The reasons and comments of a YAML tree."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            if key in {"reason", "comment"}:
                yield value
            else:
                yield from texts(value)
    elif isinstance(tree, list):
        for item in tree:
            yield from texts(item)


def test_each_claim_of_the_documentation_prints_what_the_page_says(claim):
    page = (DOCS / "claims.md").read_text(encoding="utf-8")
    rows = re.findall(r"`\{\{ ([^\n`]+) \}\}` \| ([^|\n]+?) \|", page)
    shown = {path.replace(r"\|", "|"): text for path, text in rows}
    values = {path: text for path, text in shown.items() if _is_value(path) and not text.startswith("*")}
    assert len(values) > 60
    assert {path: claim(path) for path in values} == values


def _is_value(path):
    return not path.startswith(("table ", "figure ", "list ", "prisma ", "path", '"'))


# ---------------------------------------------------------------- what changes when a number changes


@pytest.fixture(scope="module")
def one_more(milk, tmp_path_factory, django_db_setup, django_db_blocker):
    """The review with one more child of Longo 2008 who tolerates a full serving, in both extractions."""
    folder = copy_of("milk-oit", tmp_path_factory.mktemp("changed"))

    def change(row):
        wanted = ("longo-2008", "full-serving", "moit", "patients_with_event")
        if (row["study"], row["outcome"], row["arm"], row["field"]) == wanted:
            row["value"] = "12"

    assert change_extraction(folder, change) == 2
    with django_db_blocker.unblock():
        return carry_out(folder)


def test_a_changed_count_changes_its_analysis_and_nothing_else(milk, one_more):
    changed = differences(results(milk), results(one_more))
    assert "/analyses/full-serving/studies/longo-2008/moit/events" in changed
    assert "/analyses/full-serving/effect/estimate" in changed
    assert [path for path in changed if not path.startswith("/analyses/full-serving/")] == []


def test_a_changed_count_changes_each_place_of_the_report_where_it_appears(milk, one_more):
    before, after = told(milk), told(one_more)
    after = after[len(after) - len(before) :]  # the report starts with its problem, which is not compared
    changed = [new for old, new in zip(before, after, strict=True) if old != new]
    assert any("67 (63%) of those on MOIT against 7 (8%)" in line for line in changed)
    assert any(line.startswith("Longo 2008 | 12/30") for line in changed)
    for line in changed:
        assert re.search(
            r"\b67\b|12/30|full serving|Full serving|RR |I²|NNTB|per 1000|of the weight|judged? again", line
        ), line


def test_a_changed_count_makes_the_certainty_stale_and_check_says_so_with_the_new_hash(milk, one_more):
    full = next(of for of in one_more.findings.analyses if of.key == "full-serving")
    assert full.certainty_stale
    (problem,) = one_more.problems
    assert (problem.file, problem.field) == ("certainty.yaml", "full-serving")
    assert full.hash in problem.message
    assert full.hash != next(of for of in milk.findings.analyses if of.key == "full-serving").hash
    assert any("judged on other data: judge again" in line for line in told(one_more))


def test_a_number_typed_into_the_manuscript_is_reported_with_its_line(tmp_path):
    folder = copy_of("milk-oit", tmp_path)
    manuscript = folder / "report.md"
    text = manuscript.read_text(encoding="utf-8")
    manuscript.write_text(f"{text}\nOf 66 children, seven did.\n", encoding="utf-8")
    line = len(text.splitlines()) + 2
    problems = [problem for problem in carry_out(folder).problems if problem.file == "report.md"]
    assert [(problem.line, problem.message.split("'")[1]) for problem in problems] == [
        (line, "66"),
        (line, "seven"),
    ]

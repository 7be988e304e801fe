import json

import pytest
from typer.testing import CliRunner

import evisynth as ev
from evisynth.cli.main import app

runner = CliRunner()
BCG = """study,events1,n1,events2,n2,alloc,ablat
Aronson 1948,4,123,11,139,random,44
Ferguson 1949,6,306,29,303,random,55
Rosenthal 1960,3,231,11,220,random,42
Hart 1977,62,13598,248,12867,random,52
Frimodt-Moller 1973,33,5069,47,5808,alternate,13
Stein 1953,180,1541,372,1451,alternate,44
"""
TABLE = ev.TwoByTwo.from_rows(
    (line.split(",")[0], *map(float, line.split(",")[1:5])) for line in BCG.splitlines()[1:]
)


@pytest.fixture
def bcg(tmp_path):
    path = tmp_path / "bcg.csv"
    path.write_text(BCG)
    return path


def pool(*arguments):
    return runner.invoke(app, ["synthesis", "pool", *map(str, arguments)])


def as_json(*arguments):
    result = pool(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_table_is_pooled_and_told_in_words(bcg):
    result = pool(bcg, "--measure", "RR", "--method", "MH", "--model", "common")
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0].startswith("risk ratio 0.3")
    assert (
        "Risk ratios of 6 studies were pooled in a common-effect model by the Mantel-Haenszel method"
        in result.stdout
    )
    assert "doi:10.1093/jnci/22.4.719" in result.stdout


@pytest.mark.parametrize("method", ["MH", "IV", "SSW"])
def test_the_numbers_are_those_of_the_library(bcg, method):
    found = as_json(bcg, "--measure", "OR", "--method", method, "--tau2", "DL", "--profile", "metafor")
    wanted = ev.pool_two_by_two(
        TABLE,
        "OR",
        method=method,
        model="random effects",
        profile=ev.PROFILES["metafor"],
        tau2_method="DL",
        test="z",
    )
    assert (found["mu"], found["se"], found["tau2"]) == (wanted.mu, wanted.se, wanted.tau2)
    assert found["methods_sentence"] == wanted.methods_sentence()


def test_peto_and_mixed_models_are_offered(bcg):
    peto = as_json(bcg, "--measure", "OR", "--method", "Peto", "--model", "common")
    assert peto["mu"] == ev.pool_peto(TABLE).mu
    glmm = as_json(bcg, "--measure", "OR", "--method", "GLMM", "--likelihood", "CM.AL")
    wanted = ev.pool_glmm("OR", studies=TABLE.studies, likelihood="CM.AL", **TABLE.columns)
    assert glmm["coefficients"] == wanted.coefficients.tolist()


def test_the_names_of_r_and_other_separators_are_read(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text("study;ai;n1i;ci;n2i\nA;4;123;11;139\nB;6;306;29;303\n")
    found = as_json(path, "--measure", "RR", "--method", "MH", "--model", "common")
    assert found["studies"] == ["A", "B"]
    path.write_text("slab\tai\tbi\tci\tdi\nA\t4\t119\t11\t128\nB\t6\t300\t29\t274\n")
    assert as_json(path, "--measure", "RR", "--method", "MH", "--model", "common")["mu"] == found["mu"]


def test_effects_that_are_given_are_pooled_and_missing_ones_named(tmp_path):
    path = tmp_path / "yi.csv"
    path.write_text("study,yi,vi\nA,0.1,0.02\nB,NA,0.3\nC,0.4,0.05\n\n")
    found = as_json(path, "--tau2", "DL", "--test", "HK")
    assert found["mu"] == ev.pool([0.1, 0.4], [0.02, 0.05], method="DL").mu
    assert found["dropped"] == [["B", "no value for yi"]]
    path.write_text("study,estimate,ci_low,ci_high\nA,0.8,0.5,1.28\nB,0.7,0.4,1.2\n")
    assert as_json(path, "--measure", "HR")["measure"] == "HR"


@pytest.mark.parametrize(
    ("measure", "table"),
    [
        ("SMD", "mean1,sd1,n1,mean2,sd2,n2\n5,2,30,4,2,31\n6,2,40,4,3,41\n"),
        ("IRR", "events1,time1,events2,time2\n4,100,9,110\n6,120,8,119\n"),
        ("PLO", "events,n\n4,100\n6,120\n"),
    ],
)
def test_other_measures_are_pooled_from_their_columns(tmp_path, measure, table):
    path = tmp_path / "data.csv"
    path.write_text(table)
    found = as_json(path, "--measure", measure)
    assert found["measure"] == measure
    assert found["studies"] == ["Study 1", "Study 2"]


def test_subgroups_are_pooled_by_the_same_method_and_compared(bcg):
    found = as_json(bcg, "--measure", "OR", "--method", "MH", "--model", "common", "--by", "alloc")
    assert list(found["groups"]) == ["random", "alternate"]
    first = ev.pool_two_by_two(TABLE.take([True] * 4 + [False] * 2), "OR", method="MH")
    assert found["groups"]["random"]["mu"] == first.mu
    assert found["df"] == 1
    effects = ev.effect_sizes("MD", mean1=[1, 2, 3, 5], sd1=1, n1=9, mean2=0, sd2=1, n2=9)
    path = bcg.parent / "md.csv"
    path.write_text(
        "mean1,sd1,n1,mean2,sd2,n2,g\n1,1,9,0,1,9,a\n2,1,9,0,1,9,a\n3,1,9,0,1,9,b\n5,1,9,0,1,9,b\n"
    )
    by_library = ev.subgroups(effects.yi, effects.vi, list("aabb"))
    assert as_json(path, "--measure", "MD", "--by", "g")["Qb"] == by_library.Qb


def test_a_subgroup_of_one_study_has_that_study_s_effect(tmp_path):
    path = tmp_path / "yi.csv"
    path.write_text("yi,vi,g\n0.1,0.1,a\n0.4,0.2,a\n0.9,0.1,b\n,0.1,b\n")
    found = as_json(path, "--by", "g")
    assert found["groups"]["b"]["mu"] == 0.9
    assert found["overall"]["dropped"] == [["Study 4", "no value for yi"]]


def test_moderators_may_be_numbers_and_categories(bcg):
    found = as_json(bcg, "--measure", "RR", "--moderators", "ablat, alloc", "--model", "common")
    assert found["names"] == ["intercept", "ablat", "alloc=random"]


@pytest.mark.parametrize("ending", ["svg", "png", "pdf"])
def test_a_forest_plot_is_drawn(bcg, ending):
    out = bcg.parent / f"forest.{ending}"
    result = pool(bcg, "--measure", "RR", "--method", "MH", "--forest", out)
    assert result.exit_code == 0, result.output
    assert out.read_bytes()[:4] == {"svg": b"<?xm", "png": b"\x89PNG", "pdf": b"%PDF"}[ending]


@pytest.mark.parametrize(
    ("table", "options", "says"),
    [
        ("ai,bi,ci,di\n4,119,11,12x\n", ["--measure", "OR"], "data.csv:2: di: '12x' is not a number"),
        (
            "study,events1,n1,events2,n2\nA,4,9,1,9\nB,60,30,2,30\n",
            ["--measure", "OR"],
            "data.csv:3: B, group 1: 60 events among 30 people",
        ),
        ("a,b\n1\n", [], "data.csv:2: 1 cells where the header has 2"),
        ("a,a\n1,2\n", [], "data.csv:1: column 2 is called 'a' like another one"),
        ("a,,b\n1,2,3\n", [], "data.csv:1: column 2 has no name"),
        ("", [], "data.csv is empty"),
        ("a,b\n", [], "there is no row"),
        ("a,b\n1,2\n", [], "from yi with vi or sei; found a, b"),
        ("yi,vi\n1,2\n3,4\n", ["--method", "MH"], "--method MH pools counts"),
        ("yi,vi\n1,2\n3,4\n", ["--method", "XX"], "--method XX is not known"),
        ("yi,vi\n1,2\n3,4\n", ["--model", "fixed"], "a model is random or common"),
        ("yi,vi\n1,2\n3,4\n", ["--forest", "plot.gif"], "plot.gif"),
        ("yi,vi,g\n1,2,a\n3,4,\n", ["--by", "g"], "data.csv:3: g: the study has no subgroup"),
        ("yi,vi,g\n1,2,a\n3,4,b\n", ["--by", "h"], "there is no column 'h'"),
        ("yi,vi,g\n1,2,a\n3,4,b\n", ["--by", "g", "--moderators", "g"], "two analyses"),
        ("events1,n1,events2\n1,2,1\n", ["--measure", "RR"], "n2 is not there"),
        (
            "events1,n1,events2,n2\n1,2,1,3\n1,4,2,5\n",
            ["--measure", "OR", "--method", "GLMM", "--test", "HK"],
            "test z",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_place(tmp_path, table, options, says):
    path = tmp_path / "data.csv"
    path.write_text(table)
    result = pool(path, *options)
    assert result.exit_code == 1
    assert says in result.stderr


def test_reference_numbers_are_repeated_and_reported(tmp_path):
    book = {
        "schema": 1,
        "family": "made",
        "datasets": {"d": {"columns": {"yi": [0.1, 0.5, 0.3], "vi": [0.1, 0.2, 0.05]}}},
        "cases": [
            {"id": "a", "data": "d", "fn": "rma.uni", "use": ["yi", "vi"], "args": {"method": "EE"},
             "rtol": 1e-8, "atol": 1e-12, "expect": {"k": 3, "tau2": 0}},
            {"id": "b", "data": "d", "fn": "netmeta", "args": {}, "rtol": 1e-8, "atol": 1e-12, "expect": {"k": 3}},
        ],
    }  # fmt: skip
    (tmp_path / "made.json").write_text(json.dumps(book))
    out = tmp_path / "out.json"
    result = runner.invoke(
        app, ["synthesis", "reference", str(tmp_path), "--json", str(out), "--family", "made"]
    )
    assert result.exit_code == 0, result.output
    assert "made, not expressible: b: function netmeta()" in result.stdout
    assert "1 of 1 cases that can be expressed agree" in result.stderr
    (family,) = json.loads(out.read_text())
    assert (family["cases"], family["agrees"], family["not expressible"]) == (2, 1, 1)
    book["cases"][0]["expect"]["k"] = 4
    (tmp_path / "made.json").write_text(json.dumps(book))
    result = runner.invoke(app, ["synthesis", "reference", str(tmp_path), "--family", "made"])
    assert result.exit_code == 1
    assert "made, disagrees: a: k: 3 where R has 4" in result.stdout


def test_a_study_that_stands_in_several_rows_is_pooled_and_told(tmp_path):
    path = tmp_path / "twice.csv"
    path.write_text("study,yi,vi\nAbe 2001,0.1,0.02\nAbe 2001,0.4,0.05\nBok 2004,0.2,0.03\n")
    result = pool(path)
    assert result.exit_code == 0, result.output
    assert "several rows of Abe 2001, pooled as if they were independent" in " ".join(result.stderr.split())


def test_an_interval_that_is_not_even_about_its_estimate_is_told(tmp_path):
    path = tmp_path / "uneven.csv"
    path.write_text("study,estimate,ci_low,ci_high\nAbe,0.72,0.55,0.94\nBok,0.7,0.69,0.9\n")
    result = pool(path, "--measure", "HR")
    assert result.exit_code == 0, result.output
    assert "Bok: its interval is not even about the estimate" in " ".join(result.stderr.split())


def test_counts_without_a_measure_are_asked_for_one(bcg):
    result = pool(bcg)
    assert result.exit_code == 1
    assert "say what is pooled, as --measure RR" in " ".join(result.stderr.split())


def test_two_studies_have_no_prediction_interval_and_it_is_said_why(tmp_path):
    path = tmp_path / "two.csv"
    path.write_text("study,yi,vi\nAbe,0.1,0.02\nBok,0.9,0.05\n")
    assert "no prediction interval: t with k - 2 degrees" in pool(path).stdout
    assert "prediction interval" not in pool(path, "--model", "common").stdout

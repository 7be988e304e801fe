"""Every problem of the files of a review folder is told with file, line and field, and the rest is read."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evisynth.store.exchange.reading import read_folder
from support.small_review import SmallReview


@pytest.fixture
def small():
    return SmallReview()


def read(small: SmallReview, tmp_path):
    folder = read_folder(small.write(tmp_path))
    return folder, [str(problem) for problem in folder.problems]


def with_bytes(small: SmallReview, file: str, content: bytes) -> None:
    """Put these bytes in the place of a file, whatever it was."""
    small.tables.pop(file, None)
    small.texts.pop(file, None)
    small.exports[file] = content


def test_a_sound_folder_has_no_problem(small, tmp_path):
    folder, problems = read(small, tmp_path)
    assert problems == []
    assert len(folder.rows["screening"]) == len(small.tables["screening.csv"])


# ---------------------------------------------------------------- folders and files


def test_a_folder_that_is_missing_empty_or_a_file_says_what_starts_one(tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("x")
    assert str(read_folder(tmp_path / "nowhere").problems[0]).startswith(
        "nowhere: does not exist. `evisynth new"
    )
    assert "the folder is empty. `evisynth new" in str(read_folder(tmp_path / "empty").problems[0])
    assert "is a file, not a folder" in str(read_folder(tmp_path / "file").problems[0])


@pytest.mark.parametrize("file", ["review.yaml", "protocol.yaml", "searches.csv"])
def test_a_file_that_a_review_needs_is_missed(small, tmp_path, file):
    with_bytes(small, file, b"")
    del small.exports[file]
    _, problems = read(small, tmp_path)
    assert f"{file}: the file is missing; a review needs it." in problems


def test_a_file_that_a_review_may_have_is_not_missed(small, tmp_path):
    del small.tables["contacts.csv"]
    del small.texts["certainty.yaml"]
    assert read(small, tmp_path)[1] == []


def test_a_table_under_a_wrong_name_is_told_with_the_right_one(small, tmp_path):
    folder = small.write(tmp_path)
    (folder / "studys.csv").write_text("study\n")
    assert [str(problem) for problem in read_folder(folder).problems] == [
        "studys.csv: is not a file of a review folder; it was not read. Did you mean 'studies.csv'?"
    ]


def test_an_empty_table_is_told_what_its_columns_are(small, tmp_path):
    with_bytes(small, "studies.csv", b"")
    _, problems = read(small, tmp_path)
    assert problems == [
        "studies.csv:1: has no header; study, name, status, design, published, registration, note are its columns."
    ]


@pytest.mark.parametrize("content", [b"\n\n", b",,,\n", b"\xef\xbb\xbf", b" \r\n"])
def test_a_table_of_blanks_has_no_header(small, tmp_path, content):
    with_bytes(small, "studies.csv", content)
    assert "has no header" in read(small, tmp_path)[1][0]


# ---------------------------------------------------------------- CSV


@pytest.mark.parametrize(("sign", "called"), [(";", "semicolons"), ("\t", "tabs")])
def test_a_table_with_other_separators_is_read_and_told(small, tmp_path, sign, called):
    text = small.files()["arms.csv"].decode().replace(",", sign)
    with_bytes(small, "arms.csv", text.encode())
    folder, problems = read(small, tmp_path)
    assert problems == [f"arms.csv:1: has {called} between its columns; it was read so. Save it with commas."]
    assert len(folder.rows["arms"]) == 4


def test_a_missing_column_is_told_with_what_stands_there_instead(small, tmp_path):
    text = small.files()["studies.csv"].decode().replace("status", "state", 1)
    with_bytes(small, "studies.csv", text.encode())
    folder, problems = read(small, tmp_path)
    assert problems == [
        "studies.csv:1: state: is not a column of this table; it was not read. Did you mean 'status'?",
        "studies.csv:1: status: the column is missing; no row can be used without it. Did you mean 'state'?",
    ]
    assert len(folder.rows["arms"]) == 4


def test_a_column_that_may_be_missing_may_be_missing(small, tmp_path):
    with_bytes(small, "studies.csv", b"study,name,status\nalpha,Alpha 2001,included\n")
    folder, problems = read(small, tmp_path)
    assert problems == []
    assert folder.rows["studies"][0].values["published"] is True


def test_a_column_that_stands_twice_is_told(small, tmp_path):
    with_bytes(small, "studies.csv", b"study,name,status,name\nalpha,A,included,B\n")
    assert read(small, tmp_path)[1] == [
        "studies.csv:1: name: stands in the header more than once; the last one was read."
    ]


def test_commas_after_the_last_column_do_no_harm_and_a_text_under_no_name_is_told(small, tmp_path):
    with_bytes(small, "studies.csv", b"study,name,status,,\nalpha,A,included,,\nbeta,B,included,,lost\n")
    folder, problems = read(small, tmp_path)
    assert problems == ["studies.csv:3: has text in a column without a name; it was not read."]
    assert len(folder.rows["studies"]) == 2


def test_a_row_with_too_many_cells_is_told_and_the_next_one_is_read(small, tmp_path):
    with_bytes(small, "studies.csv", b"study,name,status\nalpha,Alpha, 2001,included\nbeta,B,included\n")
    folder, problems = read(small, tmp_path)
    assert problems == [
        "studies.csv:2: has 4 cells, the header 3; a comma inside a text needs quotes. The row was not read."
    ]
    assert [row.values["study"] for row in folder.rows["studies"]] == ["beta"]


@pytest.mark.parametrize("broken", ['beta,"B,included', 'beta,"B" x,included'])
def test_a_row_with_broken_quotes_is_told_and_the_next_ones_are_read(small, tmp_path, broken):
    lines = ["study,name,status", "alpha,A,included", broken, "gamma,C,included", 'delta,"D",included']
    with_bytes(small, "studies.csv", "\n".join(lines).encode())
    folder, problems = read(small, tmp_path)
    assert len(problems) == 1
    assert problems[0].startswith("studies.csv:3: is not well-formed CSV")
    assert [(row.values["study"], row.line) for row in folder.rows["studies"]] == [
        ("alpha", 2),
        ("gamma", 4),
        ("delta", 5),
    ]


def test_a_text_over_several_lines_keeps_the_lines_of_the_rows_after_it(small, tmp_path):
    with_bytes(small, "studies.csv", b'study,name,status\nalpha,"A\n\n1",included\n\nbeta,B,inkluded\n')
    assert read(small, tmp_path)[1] == [
        (
            "studies.csv:6: status: found 'inkluded'; one of included, ongoing, awaiting is right. Did you mean 'included'? "
            "The row was left out."
        )
    ]


def test_a_formula_that_a_spreadsheet_would_run_is_read_without_its_apostrophe(small, tmp_path):
    with_bytes(small, "studies.csv", b"study,name,status\nalpha,'=cmd|x,included\nbeta,'quoted',included\n")
    folder, _ = read(small, tmp_path)
    assert [row.values["name"] for row in folder.rows["studies"]] == ["=cmd|x", "'quoted'"]


@pytest.mark.parametrize(
    ("file", "row", "again"),
    [
        ("studies.csv", "alpha,Other,included", "study: alpha"),
        ("reports.csv", "alpha-report,medline:3,yes", "report: alpha-report"),
        ("arms.csv", "alpha,drops,Again,drops", "study + arm: alpha, drops"),
        ("study_reports.csv", "alpha,alpha-report,secondary", "study + report: alpha, alpha-report"),
        ("contacts.csv", "c1,beta,2013-01-05,ra,Dr B,What?", "contact: c1"),
        ("appraisal.csv", "rob1,alpha,,sequence-generation,ra,judgement,high,changed my mind",
         "tool + study + outcome + domain + person + kind: rob1, alpha, , sequence-generation, ra, judgement"),
    ],
)  # fmt: skip
def test_an_id_that_stands_twice_counts_once_and_is_told(small, tmp_path, file, row, again):
    before = len(read(small, tmp_path)[0].rows[file.removesuffix(".csv")])
    small.add(file, row)
    folder, problems = read(small, tmp_path)
    assert len(problems) == 1
    assert problems[0].startswith(f"{file}:{len(small.tables[file]) + 1}: {again} stands already in line 2")
    assert len(folder.rows[file.removesuffix(".csv")]) == before


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_no_bytes_in_the_place_of_a_table_stop_the_reading(small, tmp_path, content):
    with_bytes(small, "studies.csv", content)
    folder, _ = read(small, tmp_path)
    assert len(folder.rows["arms"]) == 4


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(alphabet='ab,"\n\r;\t ', max_size=60))
def test_no_text_in_the_place_of_a_table_stops_the_reading(small, tmp_path, content):
    with_bytes(small, "studies.csv", b"study,name,status\n" + content.encode() + b"\nalpha,A,included\n")
    folder, _ = read(small, tmp_path)
    if '"' not in content:
        assert folder.rows["studies"][-1].values["study"] == "alpha"


# ---------------------------------------------------------------- YAML


@pytest.mark.parametrize(
    "text",
    [
        "1e3",
        "007",
        "1_000",
        "2012-01-01",
        "2012-01-01 10:00:00",
        "yes",
        "true",
        "No",
        "0x1F",
        "1.10",
        "12:30:45",
        "+1",
    ],
)
def test_a_text_of_yaml_stays_as_it_was_typed(small, tmp_path, text):
    small.swap("review.yaml", "Almond drops for winter cough", text)
    folder, problems = read(small, tmp_path)
    assert problems == []
    assert folder.rows["review"][0].values["title"] == text


@pytest.mark.parametrize("text", ["~", "null", ""])
def test_nothing_in_yaml_is_nothing(small, tmp_path, text):
    small.swap("review.yaml", "Almond drops for winter cough", text)
    assert read(small, tmp_path)[1] == ["review.yaml:2: title: is empty; it is needed."]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("title:", "\ttitle:", "review.yaml:2: is not well-formed YAML"),
        ("title:", "titel:", "review.yaml:2: titel: is not a known key; it was not read. Did you mean 'title'?"),
        ("  population:", "  poplation:", "review.yaml:6: question.poplation: is not a known key; it was not read. Did you mean"),
        ("title:", "title: [a\n", "is not well-formed YAML"),
        ("title:", "title: *nobody\nx:", "is not well-formed YAML: found undefined alias"),
        ("date: 2013-05-01", "date: 1.5.2013", "review.yaml:3: date: found '1.5.2013'; a date such as 2012-10-01 is right"),
        ("votes_full_text: 2", "votes_full_text: 3", "votes_full_text: found '3'; 1 or 2 is right"),
        ("votes_full_text: 2", "votes_full_text: 0", "votes_full_text: found '0'; 1 or 2 is right"),
        ("votes_full_text: 2", "votes_full_text: 99", "votes_full_text: found '99'; 1 or 2 is right"),
        ("votes_full_text: 2", "votes_full_text: -1", "votes_full_text: found '-1'; 1 or 2 is right"),
        ("third person", "nobody", "settings.consensus_by: found 'nobody'; one of third person, either is right"),
        ("roles: [adjudicator]", "roles: [judge]", "roles: found 'judge'; one of owner, reviewer"),
        ("- id: rc\n", "- id: ra\n", "review.yaml:17: id: ra stands already in line 11; this row was left out."),
        ("people:\n", "people: nobody\nx:\n", "review.yaml:10: people: is not a list"),
        ("question:\n", "question: what?\nx:\n", "question: found 'what?'; the keys comparator, intervention"),
        ("title: Almond", "title: !!python/object/apply:os.system ['echo']\nx: A", "title: found a list where one value"),
        ("title: Almond", "title: !!python/name:os.system x\ny: A", "title: found a value that is neither text"),
        ("title: Almond", "title: !!binary aGk=\ny: A", "title: found a value that is neither text"),
        ("title: Almond", 'title: "\\uD800"\ny: A', "title: holds the control character U+D800"),
        ("title: Almond", 'title: "\\0"\ny: A', "title: holds the control character U+0000"),
        ("title: Almond", "title: A\x00", "cannot be read as YAML"),
        ("evisynth: 1", "evisynth: 2", "review.yaml:1: evisynth: found '2'; one of 1 is right"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_yaml_is_told_with_its_line_and_key(small, tmp_path, old, new, message):
    small.swap("review.yaml", old, new)
    folder, problems = read(small, tmp_path)
    assert any(message in problem for problem in problems), problems
    assert len(folder.rows["screening"]) == len(small.tables["screening.csv"])


def test_a_key_that_stands_twice_is_told_and_the_first_one_is_read(small, tmp_path):
    small.swap("review.yaml", "date: 2013-05-01", "date: 2013-05-01\ntitle: Another")
    folder, problems = read(small, tmp_path)
    assert problems == ['review.yaml:4: found duplicate key "title"; the first one was read.']
    assert folder.rows["review"][0].values["title"] == "Almond drops for winter cough"


def test_an_empty_yaml_file_is_told_what_it_needs(small, tmp_path):
    small.texts["review.yaml"] = "# nothing yet\n"
    _, problems = read(small, tmp_path)
    assert "review.yaml:1: title: is empty; it is needed." in problems


def test_a_yaml_file_that_is_no_mapping_is_told(small, tmp_path):
    small.texts["analyses.yaml"] = "just words\n"
    assert read(small, tmp_path)[1] == [
        "analyses.yaml:1: has no keys; a mapping such as `title: ...` is right."
    ]


def test_merged_keys_are_read(small, tmp_path):
    small.swap("review.yaml", "- id: rc\n  name: Adjudicator C\n  roles: [adjudicator]\n",
               "- &c\n  id: rc\n  name: Adjudicator C\n  roles: [adjudicator]\n- <<: *c\n  id: rd\n  naem: x\n")  # fmt: skip
    folder, problems = read(small, tmp_path)
    assert problems == ["review.yaml:23: naem: is not a known key; it was not read. Did you mean 'name'?"]
    assert folder.rows["people"][3].values["name"] == "Adjudicator C"


def test_an_alias_bomb_is_told_in_short_messages(small, tmp_path):
    levels = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    levels += [
        f"{to}: &{to} [{', '.join([f'*{of}'] * 9)}]" for of, to in zip("abcdefgh", "bcdefghi", strict=True)
    ]
    small.texts["analyses.yaml"] = "\n".join(levels) + "\nanalyses: *i\npost_hoc: [*i]\n"
    small.swap("review.yaml", "notice: Everything here is invented.", "b: &b {a: &a [x]}\nnotice: *b")
    _, problems = read(small, tmp_path)
    assert any("analyses.yaml" in problem and "found a list or mapping" in problem for problem in problems)
    assert max(map(len, problems)) < 400


def test_yaml_that_contains_itself_is_told(small, tmp_path):
    small.swap(
        "review.yaml", "notice: Everything here is invented.", "notice: &a [*a]\nx: &q\n  question: *q"
    )
    assert any("notice: found a list" in problem for problem in read(small, tmp_path)[1])


@pytest.mark.parametrize(
    "nested", ["[" * 3000, "{a: " * 3000, "\n".join("  " * depth + "- " for depth in range(400))]
)
def test_yaml_too_deep_to_read_is_told_and_the_rest_is_read(small, tmp_path, nested):
    small.texts["analyses.yaml"] = f"analyses: \n{nested}"
    folder, problems = read(small, tmp_path)
    assert any(problem.startswith("analyses.yaml") for problem in problems)
    assert len(folder.rows["analyses"]) == 3

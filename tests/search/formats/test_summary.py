import re

from hypothesis import given
from hypothesis import strategies as st

from evisynth.search.formats import merged
from evisynth.search.formats.summary import Summary
from evisynth.search.record import Reading, ReadProblem, Record

problems = st.lists(
    st.builds(
        ReadProblem,
        line=st.sampled_from([0, 0, 3, 3, 7, 12, 40]),
        text=st.just("x"),
        message=st.sampled_from(
            ["Row 2 has no title.", "Row 17 has no title.", "ER ends no record.", "cp1252"]
        ),
        lost_record=st.booleans(),
    ),
    max_size=12,
)
readings = st.builds(
    Reading,
    format=st.just("ris"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]),
    found=st.integers(0, 9),
    records=st.lists(st.just(Record()), max_size=3),
    problems=problems,
)


@given(st.lists(readings, max_size=5))
def test_a_summary_says_what_all_readings_together_say(parts):
    summary, whole = Summary(), merged(parts)
    for part in parts:
        summary.add(part)
    assert (summary.format, summary.encoding, summary.found) == (whole.format, whole.encoding, whole.found)
    assert (summary.read, summary.lost) == (len(whole.records), whole.lost)
    assert summary.problems == len(whole.problems)
    kinds = {}
    for problem in whole.problems:
        kinds.setdefault(re.sub(r"\d+", "0", problem.message), []).append(problem)
    assert [line for line, _ in summary.notes] == [kind[0].line for kind in kinds.values()]
    for (line, note), kind in zip(summary.notes, kinds.values(), strict=True):
        assert note.startswith(kind[0].message)
        named = re.search(r"\(also lines? (\d+(?:, \d+)*)", note)
        more = re.search(r"and (\d+) more", note)
        others = set(map(int, named[1].split(", "))) if named else set()
        assert others <= {each.line for each in kind} - {0, line}
        assert 1 + len(others) + (int(more[1]) if more else 0) == len(kind)
        assert ("with other numbers" in note) == (len({each.message for each in kind}) > 1)


def test_a_summary_does_not_grow_with_the_number_of_problems():
    summary = Summary()
    for number in range(1, 1001):
        summary.add(Reading(problems=[ReadProblem(number, "x", f"Row {number} has no title.")]))
    told = "Row 1 has no title. (also lines 2, 3 and 997 more, with other numbers)"
    assert summary.notes == ((1, told),)
    assert len(repr(summary)) < 300


def test_a_problem_with_other_numbers_on_another_line_is_not_said_of_that_line():
    summary = Summary()
    for line, cells in ((3, 5), (4, 2)):
        summary.add(Reading(problems=[ReadProblem(line, "x", f"{cells} cells where the header has 3.")]))
    assert summary.notes == ((3, "5 cells where the header has 3. (also line 4, with other numbers)"),)

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
    assert summary.notes == whole.notes


def test_a_summary_does_not_grow_with_the_number_of_problems():
    summary = Summary()
    for number in range(1, 1001):
        summary.add(Reading(problems=[ReadProblem(number, "x", f"Row {number} has no title.")]))
    assert summary.notes == ("lines 1, 2, 3 and 997 more: Row 1 has no title.",)
    assert len(repr(summary)) < 300

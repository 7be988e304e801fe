from evisynth.search.record import Reading, ReadProblem, grouped_notes


def test_notes_that_differ_only_in_numbers_are_one_with_its_first_lines():
    notes = [
        (3, "Row 2 has no title."),
        (5, "ER ends no record."),
        *((n, f"Row {n} has no title.") for n in range(7, 50)),
    ]
    assert grouped_notes(notes) == (
        "lines 3, 7, 8 and 41 more: Row 2 has no title.",
        "line 5: ER ends no record.",
    )


def test_two_and_three_notes_name_all_their_lines():
    assert grouped_notes([(3, "a"), (5, "a")]) == ("lines 3, 5: a",)
    assert grouped_notes([(3, "a"), (5, "a"), (9, "a")]) == ("lines 3, 5, 9: a",)


def test_notes_about_the_whole_file_have_no_line():
    assert grouped_notes([(0, "a")]) == ("a",)
    assert grouped_notes([(0, "a"), (0, "a")]) == ("a (2 times)",)
    assert grouped_notes([]) == ()


def test_several_notes_on_one_line_are_counted():
    assert grouped_notes([(3, "a"), (3, "a"), (3, "a")]) == ("lines 3 and 2 more: a",)


def test_a_reading_groups_its_problems():
    reading = Reading(problems=[ReadProblem(1, "x", "a"), ReadProblem(2, "y", "a", lost_record=True)])
    assert reading.notes == ("lines 1, 2: a",)

import pytest

from evisynth.protocol.outcomes import FIELDS_OF_TYPE, USUAL_MEASURES, misfit


@pytest.mark.parametrize(
    ("outcome_type", "measure", "fields"),
    [
        ("dichotomous", "RR", ("patients_with_event", "n")),
        ("continuous", "MD", ("mean", "sd", "n")),
        ("continuous", "MD", ("change_mean", "change_sd", "n")),
        ("count", "MD", ("mean", "sd", "n")),
        ("count", "IRR", ("event_count", "person_time")),
        ("count", "RR", ("patients_with_event", "n")),
        ("time to event", "HR", ()),
        ("dichotomous", "HR", ()),
        ("continuous", "generic", ()),
    ],
)
def test_measures_fit_the_types_that_have_their_numbers(outcome_type, measure, fields):
    assert misfit("pain", outcome_type, measure, fields) == ""


@pytest.mark.parametrize(
    ("outcome_type", "measure", "fields", "says"),
    [
        ("dichotomous", "MD", ("mean", "sd", "n"), "fits an outcome that is continuous or count"),
        (
            "continuous",
            "IRR",
            ("event_count", "person_time"),
            "fits an outcome that is count or time to event",
        ),
        ("continuous", "HR", (), "HR fits an outcome that is dichotomous or time to event"),
    ],
)
def test_others_are_told_with_what_would_be_right(outcome_type, measure, fields, says):
    message = misfit("pain", outcome_type, measure, fields)
    assert message.startswith(f"found {measure} for pain, which is {outcome_type};")
    assert says in message
    assert f"{USUAL_MEASURES[outcome_type]} is usual for pain" in message


def test_every_type_has_its_fields_and_usual_measures():
    assert FIELDS_OF_TYPE.keys() == USUAL_MEASURES.keys()

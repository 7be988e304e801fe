import pytest

from evisynth.appraisal.tools.rob1 import ROB1
from evisynth.errors import DataError


def test_the_tool_has_its_seven_entries_in_the_order_of_the_handbook():
    assert [domain.id for domain in ROB1.domains] == [
        "sequence-generation",
        "allocation-concealment",
        "blinding-participants",
        "blinding-assessment",
        "incomplete-data",
        "selective-reporting",
        "other-bias",
    ]


def test_judgements_run_from_best_to_worst_and_have_words_and_symbols():
    assert ROB1.judgements == ("low", "unclear", "high")
    assert set(ROB1.words) == set(ROB1.symbols) == set(ROB1.judgements)


def test_every_entry_says_which_bias_it_looks_for_and_how():
    for domain in ROB1.domains:
        assert domain.label
        assert domain.concerns
        assert len(domain.help) > 80


def test_an_unknown_domain_is_offered_the_nearest():
    with pytest.raises(DataError, match="Did you mean 'selective-reporting'"):
        ROB1.domain("selective reporting")

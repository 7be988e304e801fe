"""The small review as the reporting layer sees it; computed once, nothing of it stays in the database."""

import pytest

from evisynth.store.review_folder import carry_out
from support.effects_review import EffectsReview
from support.small_review import SmallReview


@pytest.fixture(scope="session")
def small_checked(tmp_path_factory, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        return carry_out(SmallReview().write(tmp_path_factory.mktemp("small")))


@pytest.fixture(scope="session")
def findings(small_checked):
    return small_checked.findings


@pytest.fixture(scope="session")
def of_effects(tmp_path_factory, django_db_setup, django_db_blocker):
    """The findings of the review of means, rates, proportions and given effects."""
    with django_db_blocker.unblock():
        return carry_out(EffectsReview().write(tmp_path_factory.mktemp("effects"))).findings

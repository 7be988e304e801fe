"""What is still open is said on the page of the flow with the page where it is done."""

from dataclasses import replace

import pytest

from evisynth.reporting.flow import OPEN_ENDS
from evisynth.store.live_flow import live_flow
from evisynth.web import access
from evisynth.web.flow.open_ends import WORDS, open_ends
from support import cast

FLOW = "/r/unscreened/flow/"


def test_pages_and_folders_have_words_for_the_same():
    assert list(WORDS) == list(OPEN_ENDS)


def test_a_page_speaks_of_pages_and_not_of_files(unscreened):
    ann = cast.plays(unscreened, "ra", "Ann Owner")
    page = ann.get(FLOW).content.decode()
    assert "records wait for votes on title and abstract" in page
    assert 'href="/r/unscreened/screening/"' in page
    assert ".csv:" not in page
    fay = cast.joins(unscreened, "Fay Reader", "reader")
    assert (
        'votes on title and abstract: <a href="/r/unscreened/screening/list/">'
        in fay.get(FLOW).content.decode()
    )


@pytest.mark.parametrize("name", WORDS)
@pytest.mark.parametrize(("n", "begins"), [(1, "1 "), (1200, "1,200 ")])
def test_each_open_end_leads_to_a_page_that_is_there(small, owner, name, n, begins):
    flow = replace(live_flow(small), **{name: n})
    of = access.Access(small, owner.member)
    found = next(end for end in open_ends(of, flow) if end.sentence.startswith(begins))
    assert owner.get(found.address).status_code == 200

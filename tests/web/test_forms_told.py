"""What a form says of a field is bound to it, for who hears a page: its help, and what is wrong with it."""

from html.parser import HTMLParser

import pytest

from evisynth.store import models
from evisynth.store.uploads import keep, look_into
from support.cast import furnish

AT = "/r/small-review/"
LONG = "x" * 3_000


class Page(HTMLParser):
    """The ids of a page, what describes which element, its errors and helps, and its fields that are told wrong."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.described, self.errors, self.helps = [], [], [], []
        self.wrong = []  # what describes each field that has an error, or the fieldset that it is in
        self.sets = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        names = (given.get("aria-describedby") or "").split()
        classes = (given.get("class") or "").split()
        self.ids += [given["id"]] if "id" in given else []
        self.described += names
        if tag == "fieldset":
            self.sets.append(names)
        if "errorlist" in classes and "nonfield" not in classes:
            self.errors.append(given.get("id"))
        if "helptext" in classes:
            self.helps.append(given.get("id"))
        if given.get("aria-invalid") == "true":
            self.wrong.append(names + (self.sets[-1] if self.sets else []))

    def handle_endtag(self, tag):
        if tag == "fieldset":
            self.sets.pop()


def told_well(text):
    """Asserts what holds for every page; gives how many errors of fields it tells."""
    page = Page(text)
    assert len(page.ids) == len(set(page.ids)), sorted({one for one in page.ids if page.ids.count(one) > 1})
    assert set(page.described) <= set(page.ids), set(page.described) - set(page.ids)
    assert set(page.errors) <= set(page.described), (page.errors, page.described)
    assert all(set(names) & set(page.errors) for names in page.wrong), page.wrong
    return len(page.errors)


@pytest.fixture
def sent(owner):
    """A file that waits."""
    upload = keep(owner.member.review, owner.user, "a.ris", b"TY  - JOUR\nTI  - Honey for sailors\nER  - \n")
    look_into(upload, owner.user)
    return upload


@pytest.mark.parametrize(
    ("address", "given"),
    [
        ("searches/new/", {"key": ""}),
        ("searches/new/", {"key": "a b", "kind": "oracle", "searched": "2015-02-30", "update": "-1", "note": LONG}),
        ("searches/of/medline/change/", {"searched": "2015-02-30"}),
        ("full-text/medline:1/vote/", {"choice": "nothing", "note": LONG}),
        ("full-text/medline:1/retrieval/", {"retrieved": "no"}),
        ("full-text/medline:1/retrieval/", {"retrieved": "perhaps", "note": LONG}),
        ("conflicts/title-abstract/medline:2/settle/", {"choice": "maybe", "note": LONG}),
        ("studies/new", {"name": "", "status": "odd"}),
        ("studies/alpha-2001/change/", {"name": ""}),
    ],
)  # fmt: skip
def test_errors_are_bound_to_their_fields(owner, adjudicator, address, given):
    study = models.Study.objects.filter(review=owner.member.review).first()
    person = adjudicator if address.startswith("conflicts") else owner
    answer = person.post(AT + address.replace("alpha-2001", study.key), given)
    assert answer.status_code == 422
    assert told_well(answer.content.decode()) or address.startswith("conflicts")


def test_errors_about_a_file_are_bound_to_its_fields(owner, sent):
    data = {f"u{sent.pk}-{name}": "" for name in ("source", "key", "name")} | {f"u{sent.pk}-take": "on"}
    answer = owner.post(f"{AT}searches/uploads/plan/", data | {"import": "yes"})
    assert answer.status_code == 422
    assert told_well(answer.content.decode()) >= 2


def test_helps_are_bound_to_their_fields(owner, sent):
    furnish(owner.member)
    study = models.Study.objects.filter(review=owner.member.review).first()
    for address in ("searches/", "searches/new/", "searches/of/medline/", "searches/uploads/", "duplicates/",
                    "duplicates/merge/", "full-text/", "full-text/medline:1/", "conflicts/", "studies/", "studies/new",
                    f"studies/{study.key}/", "flow/", "history/", "agreement/", ""):  # fmt: skip
        told_well(owner.get(AT + address).content.decode())
    told_well(owner.get("/").content.decode())

"""Every address of a review, tried by everybody: who may, may; who may not, learns nothing."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from evisynth.store import models
from evisynth.web import access
from support import cast
from support.cast import Person

ROLES = ("owner", "reviewer", "adjudicator", "statistician", "reader")
CAPABILITIES = {name for name, value in vars(access).items() if name.isupper() and isinstance(value, str)}


def first(model: type, field: str = "pk", **having: str) -> Callable[[models.Review], object]:
    """A function that gives the value of this field in the review's first such row."""

    def value(review: models.Review) -> object:
        rows = model.objects.filter(review=review, **having).order_by("pk")  # type: ignore[attr-defined]
        return rows.values_list(field, flat=True).first()

    return value


# What stands in an address, by its name there. An address with another name needs a line here.
SAMPLES: dict[str, Callable[[models.Review], object]] = {
    "record": first(models.Record, "key"),
    "record_key": first(models.Record, "key"),
    "key": first(models.Record, "key"),
    "group": first(models.DuplicateGroup),
    "source": first(models.SearchRun, "key"),
    "search": first(models.SearchRun, "key"),
    "batch": first(models.ImportBatch),
    "batch_id": first(models.ImportBatch),
    "report": first(models.Report, "key"),
    "study": first(models.Study, "key"),
    "reason": first(models.ExclusionReason, "key"),
    "outcome": first(models.Outcome, "key"),
    "row": first(models.Outcome, "key"),  # of the part of the protocol that is named below
    "timepoint": first(models.Timepoint, "key"),
    "comparison": first(models.Comparison, "key"),
    "analysis": first(models.Analysis, "key"),
    "amendment": first(models.Amendment),
    "person": first(models.Membership, "key"),
    "member": first(models.Membership, "key"),
    "invitation": first(models.Invitation),
    "label": first(models.Label, "key"),
    "note": first(models.Note),
    "decision": first(models.DuplicateDecision),
    "file": first(models.ReportFile),
    "job": first(models.Job),
    "upload": first(models.Upload),
    "event": first(models.Event, "position"),
    "number": first(models.Event, "position"),
}
SAME_EVERYWHERE: dict[str, object] = {
    "stage": "title-abstract",
    "part": "outcomes",
    "box": "screened",
    "kind": "csv",
}  # names that are no row of a review


@dataclass(frozen=True)
class Address:
    """A URL pattern below /r/<slug>/, with what its view asks for."""

    route: str
    name: str
    view: Callable[..., object]
    names: tuple[str, ...]

    @property
    def asks(self) -> str:
        """The capability that the view's first line asks for; "" where it does not begin with access.of_review."""
        return asked_for(self.view)

    def of(self, review: models.Review, rows: models.Review | None = None) -> str:
        """The address in this review, with the rows of `rows`."""
        values: dict[str, object] = {"slug": review.slug}
        for name in self.names:
            if name != "slug":
                values[name] = sample(name, rows or review, self.route)
        return reverse(self.name, kwargs=values)

    @property
    def has_rows(self) -> bool:
        return any(name not in SAME_EVERYWHERE and name != "slug" for name in self.names)


def sample(name: str, review: models.Review, route: str) -> object:
    if name in SAME_EVERYWHERE:
        return SAME_EVERYWHERE[name]
    assert name in SAMPLES, f"{route}: SAMPLES in {__file__} has no {name!r}; say there what it may be."
    value = SAMPLES[name](review)
    assert value is not None, (
        f"{route}: {review.slug} has no row for {name!r}; let support.cast.furnish make one."
    )
    return value


def asked_for(view: Callable[..., object]) -> str:
    function = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(view)))).body[0]
    assert isinstance(function, ast.FunctionDef)
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    line = body[0]
    call = getattr(line, "value", None)
    if not isinstance(call, ast.Call) or ast.unparse(call.func) != "access.of_review":
        return ""
    asked = next((word.value for word in call.keywords if word.arg == "to"), None)
    name = ast.unparse(asked).removeprefix("access.") if asked is not None else "READ"
    return getattr(access, name) if name in CAPABILITIES else ""


def addresses() -> Iterator[Address]:
    yield from _below(get_resolver().url_patterns, "", ())


def _below(patterns: list, route: str, names: tuple[str, ...]) -> Iterator[Address]:
    for pattern in patterns:
        whole = route + str(pattern.pattern)
        known = (*names, *pattern.pattern.converters)
        if isinstance(pattern, URLResolver):
            yield from _below(pattern.url_patterns, whole, known)
        elif isinstance(pattern, URLPattern) and (whole.startswith("r/") or "slug" in known):
            yield Address(whole, pattern.name or "", pattern.callback, known)


ALL = sorted(addresses(), key=lambda address: address.route)
WITH_ROWS = [address for address in ALL if address.has_rows]


def answer(person: Client, method: str, address: str) -> int:
    """The status of the answer; what it did is undone. Streamed answers are read to their end."""
    with transaction.atomic():
        response = getattr(person, method)(address)
        if response.streaming:
            b"".join(response)
        transaction.set_rollback(True)
    return response.status_code


@pytest.fixture
def everybody(small, owner, reviewer, adjudicator, statistician, reader) -> dict[str, Person]:
    """Somebody with each role alone."""
    models.Membership.objects.filter(pk=owner.member.pk).update(roles=["owner"])
    cast.furnish(owner.member)
    people = (owner, reviewer, adjudicator, statistician, reader)
    return dict(zip(ROLES, people, strict=True))


def test_there_are_addresses_of_reviews():
    assert {"review-home"} <= {address.name for address in ALL}


@pytest.mark.parametrize("address", ALL, ids=lambda address: address.route)
def test_the_view_begins_by_asking_who_may(address):
    assert address.name, f"{address.route} has no name"
    assert address.asks, (
        f"{address.route}: its view must begin with `of = access.of_review(request, slug, to=access.READ)` "
        f"or another of {', '.join(sorted(CAPABILITIES))}."
    )


@pytest.mark.parametrize("address", ALL, ids=lambda address: address.route)
def test_who_may_may_and_nobody_else(address, small, everybody):
    where = address.of(small)
    found = set()
    for role, person in everybody.items():
        for method in ("get", "post"):
            status = answer(person, method, where)
            if address.asks in access.MAY[role]:
                assert status < 500
                assert status != 403, f"{role} may {address.asks}, and is refused {method} {where}"
                found.add(status)
            else:
                assert status in {403, 405}, f"{role} may not {address.asks}: {method} {where} gave {status}"
    assert found - {404, 405}, f"{where}: the sample address leads nowhere for those who may ({found})"


@pytest.mark.parametrize("address", ALL, ids=lambda address: address.route)
def test_others_find_nothing(address, small, owner, removed, stranger, anonymous):
    cast.furnish(owner.member)
    where = address.of(small)
    for method in ("get", "post", "head", "put", "patch", "delete"):
        assert answer(removed, method, where) in {404, 405}
        assert answer(stranger, method, where) in {404, 405}
        response = getattr(anonymous, method)(where)
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/accounts/login/")
    for person in (removed, stranger):
        assert 404 in {answer(person, method, where) for method in ("get", "post")}


@pytest.mark.parametrize("address", WITH_ROWS, ids=lambda address: address.route)
def test_rows_of_another_review_are_not_there(address, small, owner, stranger):
    cast.furnish(owner.member)
    cast.furnish(stranger.member)
    models.Membership.objects.filter(pk=owner.member.pk).update(roles=list(ROLES))
    where = address.of(small, rows=stranger.member.review)
    answers = {answer(owner, method, where) for method in ("get", "post")}
    assert 404 in answers
    assert answers <= {404, 405}


@pytest.mark.parametrize("address", ALL, ids=lambda address: address.route)
def test_nothing_is_done_without_the_token_of_the_page(address, small, owner):
    cast.furnish(owner.member)
    assert answer(owner.again(csrf=True), "post", address.of(small)) in {403, 405}


@pytest.mark.django_db
def test_a_view_that_does_not_ask_is_told_apart():
    def forgetful(request, slug):
        """It has words before its first line."""
        return slug

    def asking(request, slug):
        """It has words before its first line."""
        return access.of_review(request, slug, to=access.SETTLE)

    assert asked_for(forgetful) == ""
    assert asked_for(asking) == access.SETTLE

"""What a person may not see yet is nowhere: each page and file is the same whatever another has voted.

The same review is put together twice, with opposite votes, notes and reasons of one person; everything that somebody
else can fetch is fetched both times and compared byte by byte, times and tokens aside.
"""

import inspect
import io
import re
import zipfile
from collections.abc import Callable, Iterator

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from evisynth.store import models, voting
from evisynth.store.folders import export_in_background
from evisynth.store.jobs import KINDS, Progress
from evisynth.store.lists import BOXES
from evisynth.store.notes import add_note, put_label
from evisynth.store.report_lists import SHOWN
from evisynth.store.reports import vote_in_full
from evisynth.store.team import bring_back, remove
from evisynth.store.voting_many import vote_many
from support import cast
from support.cast import Person

FIRST, FULL = "title-abstract", "full-text"
READ = "medline:1"  # is included on title and abstract, and waits in full text
WAITS = ("medline:2", "medline:3", "pubmed:3")  # wait on title and abstract
SECRET = "zzsecret"
MASKS = (
    (re.compile(rb'(csrfmiddlewaretoken" value="|X-CSRFToken": ")\w+'), rb"\1"),
    (re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(:|\.\d+)?Z?"), b"<time>"),
    (re.compile(rb'name="of_note" value="\w+"'), b"<a note of one's own, by its time>"),
    (re.compile(rb"(?m)^(Location: /r/[\w-]+/jobs/)\d+/$"), rb"\1"),  # PostgreSQL counts on after a rollback
)


@pytest.fixture
def review(unscreened) -> models.Review:
    return unscreened


@pytest.fixture
def people(review) -> dict[str, Person]:
    """Ann, who votes; and those who must learn nothing from it."""
    return {
        "ann": cast.plays(review, "ra", "Ann Owner"),
        "bob": cast.plays(review, "rb", "Bob Reviewer"),
        "cleo": cast.plays(review, "rc", "Cleo Adjudicator"),
        "dan": cast.joins(review, "Dan Reviewer", "reviewer"),
        "reader": cast.joins(review, "Fay Reader", "reader"),
        "owner": cast.joins(review, "Olga Owner", "owner", "reviewer", "adjudicator"),
    }


@pytest.fixture(autouse=True)
def begun(review, people) -> None:
    """One record is included by two people and waits in full text; the rest waits."""
    for name in ("ann", "bob"):
        voting.vote(people[name].member, FIRST, READ, "include")
    voting.vote(people["bob"].member, FIRST, "medline:4", "exclude", note="Bob's own")
    models.Label.objects.create(review=review, position=1, key="shared", name="Shared")
    models.Job.objects.create(review=review, kind="export", state="done", asked_by=people["ann"].user)
    models.Upload.objects.create(
        review=review, by=people["ann"].user, name="more.ris", content=b"TY  - JOUR\nTI  - More\nER  - \n",
        sha256="0" * 64,
    )  # fmt: skip


def plain_votes(people: dict[str, Person], yes: bool) -> None:
    ann = people["ann"].member
    kinds = ("include", "maybe", "include") if yes else ("exclude", "exclude", "maybe")
    for key, decision in zip(WAITS, kinds, strict=True):
        voting.vote(ann, FIRST, key, decision, note=f"{SECRET} {decision}")
    reasons = models.ExclusionReason.objects.filter(review=ann.review).values_list("key", flat=True)
    vote_in_full(ann, READ, "include" if yes else "exclude", reason=reasons[0], note=f"{SECRET} {yes}")
    add_note(ann, FIRST, WAITS[0], f"{SECRET} a note {yes}")
    put_label(ann, FIRST, [WAITS[0]], "Shared")


def changed_votes(people: dict[str, Person], yes: bool) -> None:
    """Votes changed and taken back."""
    ann = people["ann"].member
    first, second = ("include", "exclude") if yes else ("exclude", "include")
    for decision in (first, second):
        voting.vote(ann, FIRST, WAITS[0], decision, note=f"{SECRET} {decision}")
    voting.vote(ann, FIRST, WAITS[1], first)
    voting.withdraw(ann, FIRST, WAITS[1])
    reasons = list(models.ExclusionReason.objects.filter(review=ann.review).values_list("key", flat=True))
    for reason in reasons[:2] if yes else reasons[1::-1]:
        vote_in_full(ann, READ, "exclude", reason=reason)
    if yes:
        voting.vote(ann, FULL, READ, "include")
    else:
        voting.vote(ann, FULL, READ, "maybe", note=SECRET)


def many_votes(people: dict[str, Person], yes: bool) -> None:
    vote_many(people["ann"].member, WAITS, "include" if yes else "exclude")


def votes_of_who_went(people: dict[str, Person], yes: bool) -> None:
    """An owner removes the person, whose votes are taken back by that, and lets them in again."""
    plain_votes(people, yes)
    remove(people["owner"].member, "ra", "withdraw")
    bring_back(people["owner"].member, "ra")


def answers_get(view: Callable[..., object]) -> bool:
    """Whether the view has anything to show: a view behind require_POST has not."""
    names = {
        name
        for each in inspect.getclosurevars(view).nonlocals.values()
        if isinstance(each, list)
        for name in each
    }
    return not names or "GET" in names


def patterns(found: list[URLPattern | URLResolver], route: str = "") -> Iterator[tuple[str, str, list[str]]]:
    for each in found:
        whole = route + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from patterns(each.url_patterns, whole)
        elif whole.startswith("r/") and answers_get(each.callback):
            yield whole, each.name or "", list(each.pattern.converters)


def values(review: models.Review, name: str, route: str) -> list[object]:
    """All that may stand at this place of an address."""
    rows: dict[str, object] = {
        "slug": [review.slug],
        "record": [READ, WAITS[0], "medline:4"],
        "key": [READ, *WAITS],
        "stage": [FIRST, FULL],
        "box": [*BOXES] if "list" in route else ["waiting", "included", "excluded-full-text:not-randomised"],
        "kind": ["csv"] if "list" in route else ["svg"],
        "part": ["outcomes"],
        "row": models.Outcome.objects.filter(review=review).values_list("key", flat=True)[:1],
        "source": models.SearchRun.objects.filter(review=review).values_list("key", flat=True),
        "study": models.Study.objects.filter(review=review).values_list("key", flat=True),
        "person": models.Membership.objects.filter(review=review).values_list("key", flat=True),
        "invitation": models.Invitation.objects.filter(review=review).values_list("pk", flat=True),
        "file": models.ReportFile.objects.filter(review=review).values_list("pk", flat=True),
        "job": models.Job.objects.filter(review=review).values_list("pk", flat=True),
        "upload": models.Upload.objects.filter(review=review).values_list("pk", flat=True),
        "number": [1],
    }
    assert name in rows, f"{route}: say what {name!r} may be."
    return list(rows[name])  # type: ignore[call-overload]


def asked(name: str, review: models.Review) -> list[str]:
    """What a person may ask of a page beside its address."""
    queries = {
        "screening": [f"record={key}" for key in (READ, *WAITS)]
        + [f"order={order}" for order in ("newest", "title")] + ["label=shared"],
        "screening-list": [f"state={state}" for state in ("waiting", "conflict", "included", "excluded")]
        + [f"vote={vote}" for vote in ("none", "any", "include", "exclude", "maybe")] + ["label=shared"],
        "full-text": [f"show={show}&order=random" for show in SHOWN],
        "conflicts": [f"kind={kind}" for kind in ("conflict", "reasons+differ", "settled")] + ["mine=1"],
        "history": [f"record={text}" for text in (READ, *WAITS, "include", "exclude", "maybe", FIRST, FULL, SECRET,
                                                  f"{SECRET}+include", "not-randomised")] + ["who=ra", "page=2"],
        "duplicates-merge": [f"a={a}&b={b}" for a in (WAITS[0], READ) for b in (WAITS[1], "medline:4")],
    }  # fmt: skip
    return ["", *(f"?{query}" for query in queries.get(name, []))]


def addresses(review: models.Review) -> list[str]:
    found = ["/"]
    for route, name, names in patterns(get_resolver().url_patterns):
        filled: list[dict[str, object]] = [{}]
        for each in ["slug", *(name for name in names if name != "slug")]:
            filled = [{**so_far, each: value} for so_far in filled for value in values(review, each, route)]
        found += [reverse(name, kwargs=kwargs) + query for kwargs in filled for query in asked(name, review)]
    return found


def tried(review: models.Review) -> list[tuple[str, dict[str, str]]]:
    """What is sent by POST, and undone after."""
    at = f"/r/{review.slug}"
    rules = {
        "title": "Other", "votes_title_abstract": "2", "votes_full_text": "2", "consensus_by": "third person",
        "maybe_counts_as": "include", "blinding": review.blinding, "seed": str(review.seed),
    }  # fmt: skip
    first, second, third = WAITS
    return [
        (f"{at}/history/verify/", {}),
        (f"{at}/settings/", rules | {"votes_title_abstract": "1"}),
        (f"{at}/settings/", rules | {"votes_full_text": "1"}),
        (f"{at}/settings/", rules | {"maybe_counts_as": "exclude"}),
        (f"{at}/settings/reasons/", {"do": "delete", "reason": "not-randomised"}),
        (f"{at}/settings/reasons/", {"do": "delete", "reason": "no-outcome"}),
        (f"{at}/settings/reasons/", {"do": "up", "reason": "no-outcome"}),
        (f"{at}/settings/labels/", {"do": "delete", "label": "shared"}),
        (f"{at}/screening/list/decide/", {"record": first, "what": "include"}),
        (f"{at}/screening/next/", {"record": first}),
        (f"{at}/screening/note/", {"record": first, "note": "a note of mine"}),
        (f"{at}/screening/label/", {"record": first, "label": "Shared"}),
        (f"{at}/screening/undo/", {}),
        (f"{at}/duplicates/decide/", {"a": first, "b": second, "decision": "merge"}),
        (f"{at}/duplicates/decide/", {"a": third, "b": second, "decision": "merge"}),
        (f"{at}/searches/of/medline/remove/", {}),
        (f"{at}/searches/of/pubmed/remove/", {}),
        (f"{at}/conflicts/{FIRST}/{first}/settle/", {"choice": "include", "seen": "99"}),
        (f"{at}/conflicts/{FULL}/{READ}/settle/", {"choice": "include", "seen": "0"}),
        (f"{at}/conflicts/{FULL}/{READ}/reopen/", {"seen": "0"}),
        (f"{at}/full-text/{READ}/vote/", {"choice": "wrong"}),
        (f"{at}/full-text/{READ}/take-back/", {}),
        (f"{at}/full-text/{READ}/retrieval/", {"retrieved": "no"}),
        (f"{at}/full-text/{READ}/retrieval/", {"retrieved": "no", "reason": "lost"}),
        (f"{at}/team/people/ra/remove/", {}),
        (f"{at}/team/people/ra/remove/", {"open_votes": "withdraw"}),
        (f"{at}/team/people/ra/roles/", {"roles": "reader"}),
    ]  # fmt: skip


def masked(content: bytes) -> bytes:
    for pattern, to in MASKS:
        content = pattern.sub(to, content)
    return content


def body(response) -> bytes:
    content = b"".join(response) if response.streaming else response.content
    if content[:2] == b"PK":  # a workbook: what is in it, without when it was made
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            content = b"\n".join(packed.read(name) for name in sorted(packed.namelist()))
    headers = "\n".join(f"{name}: {value}" for name, value in sorted(response.headers.items()))
    return masked(f"{response.status_code}\n{headers}\n".encode() + content)


def undone(act: Callable[[], bytes]) -> bytes:
    with transaction.atomic():
        content = act()
        transaction.set_rollback(True)
    return content


def folder_of(person: Person) -> bytes:
    """The zip that the person takes along."""
    assert KINDS["export"].endswith("export_in_background")
    job = models.Job.objects.create(
        review=person.member.review, kind="export", state="running", asked_by=person.user,
        arguments={"member": person.member.pk},
    )  # fmt: skip
    made = export_in_background(job, Progress(job))
    with zipfile.ZipFile(io.BytesIO(bytes(models.Upload.objects.get(pk=made["file"]).content))) as packed:
        return masked(b"\n".join(name.encode() + packed.read(name) for name in packed.namelist()))


def everything(person: Person, review: models.Review) -> dict[str, bytes]:
    """What the person can fetch, send or take along, each by its address."""
    found: dict[str, bytes] = {}
    for address in addresses(review):
        found[f"GET {address}"] = undone(lambda address=address: body(person.get(address)))
    for part in ("/screening/", "/full-text/", f"/full-text/{READ}/", "/history/", "/screening/list/"):
        address = f"/r/{review.slug}{part}"
        found[f"htmx {address}"] = undone(
            lambda at=address: body(person.get(at, headers={"HX-Request": "true"}))
        )
    for number, (address, sent) in enumerate(tried(review)):

        def act(address=address, sent=sent) -> bytes:
            answer = body(person.post(address, sent))
            return answer + body(person.get(f"/r/{review.slug}/"))  # and the message that it left

        found[f"POST {number} {address} {sent}"] = undone(act)
    found["folder"] = undone(lambda: folder_of(person))
    return found


SEEN = (  # what is voted, the review's blinding, who looks: an owner may all that anybody may
    (plain_votes, "until complete", ("dan", "reader", "owner")),
    (plain_votes, "until own vote", ("bob",)),
    (changed_votes, "until complete", ("owner",)),
    (many_votes, "until own vote", ("owner",)),
    (votes_of_who_went, "until complete", ("owner",)),
)


@pytest.mark.parametrize(
    ("scene", "blinding", "viewers"), SEEN, ids=lambda value: getattr(value, "__name__", "")
)
def test_nothing_differs_with_what_another_voted(review, people, scene, blinding, viewers):
    models.Review.objects.filter(pk=review.pk).update(blinding=blinding)
    review.refresh_from_db()
    seen: list[dict[str, dict[str, bytes]]] = []
    for yes in (True, False):
        with transaction.atomic():
            scene(people, yes)
            seen.append({name: everything(people[name], review) for name in viewers})
            transaction.set_rollback(True)
    once, again = seen
    leaks = [
        f"{name}: {what}\n{difference(once[name][what], again[name].get(what, b''))}"
        for name in viewers for what in once[name] if once[name][what] != again[name].get(what)
    ]  # fmt: skip
    told = [f"{name}: {what}" for name in viewers for what, content in once[name].items() if SECRET.encode() in
            content.replace(b'value="' + SECRET.encode(), b"")]  # fmt: skip
    assert not leaks, f"{len(leaks)} differ:\n" + "\n".join(leaks[:40])
    assert not told, f"{len(told)} tell another's note: {told[:40]}"


def difference(one: bytes, other: bytes) -> str:
    lines = [
        f"    {a[:160]!r}\n    {b[:160]!r}"
        for a, b in zip(one.split(b"\n"), other.split(b"\n"), strict=False)
        if a != b
    ]
    return "\n".join(lines[:2])


def test_the_comparison_sees_a_leak(review, people):
    """With open votes there is much that differs, so the comparison above is one that can fail."""
    models.Review.objects.filter(pk=review.pk).update(blinding="open")
    seen = []
    for yes in (True, False):
        with transaction.atomic():
            plain_votes(people, yes)
            seen.append(everything(people["bob"], review))
            transaction.set_rollback(True)
    once, again = seen
    differ = {what for what in once if once[what] != again[what]}
    for part in (
        f"/screening/record/{WAITS[0]}/",
        f"/full-text/{READ}/",
        "/history/",
        "decisions.csv",
        "folder",
    ):
        assert any(part in what for what in differ), part


def test_whoever_settles_does_not_learn_whether_somebody_voted(review, people):
    """Neither which message comes nor how many events were seen tells it."""
    answers = []
    for voted in (False, True):
        with transaction.atomic():
            if voted:
                voting.vote(people["ann"].member, FIRST, WAITS[0], "include")
            at = f"/r/{review.slug}/conflicts/{FIRST}/{WAITS[0]}/"
            answers += [
                [body(people["cleo"].post(f"{at}settle/", {"choice": "include", "seen": seen})),
                 body(people["cleo"].post(f"{at}reopen/", {"seen": seen}))] for seen in ("0", "3", "99")
            ]  # fmt: skip
            transaction.set_rollback(True)
    assert answers[:3] == answers[3:]

"""Requests that a page of ours would not send: other hosts, other places, more fields than asked for, rows of others."""

import importlib
import json
import os
import re
import subprocess
import sys

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from evisynth.store import models, voting
from evisynth.store.folders import unpack
from evisynth.store.jobs import ask, carry_out
from support import cast

ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "javascript:alert(1)",
    "https:evil.example",
)


@pytest.fixture
def password(owner):
    owner.user.set_password("a long enough word")
    owner.user.save()
    return "a long enough word"


@pytest.mark.parametrize("there", ELSEWHERE)
def test_signing_in_leads_nowhere_else(owner, password, there):
    answer = Client().post(
        f"/accounts/login/?next={there}", {"login": owner.user.email, "password": password, "next": there}
    )
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("there", [*ELSEWHERE, "/accounts/", "/r/another-review/"])
def test_a_form_leads_back_only_within_the_review(small, owner, there):
    for name in ("duplicates-decide", "duplicates-undo", "duplicates-take-out"):
        answer = owner.post(reverse(name, args=[small.slug]), {"back": there})
        assert answer.headers["Location"].startswith(f"/r/{small.slug}/duplicates/")
    answer = owner.post(
        reverse("screening-undo-many", args=[small.slug]),
        {"query": f"\r\nSet-Cookie: x=1&{there}", "event": "1"},
    )
    assert "Set-Cookie" not in answer.headers


def test_another_host_is_refused(owner):
    for host in ("evil.example", "localhost.evil.example", "127.0.0.1:80@evil.example"):
        assert owner.get("/", headers={"Host": host}).status_code == 400
    assert owner.get("/", headers={"X-Forwarded-Host": "evil.example"}).status_code == 200


def test_what_has_a_nul_is_refused_as_some_databases_cannot_keep_it(small, owner):
    for fields in ({"record": "medline:1", "note": "a\0b"}, {"record": "a\0b"}, {"rec\0ord": "x"}):
        assert owner.post(reverse("screening-note", args=[small.slug]), fields).status_code == 400
    assert owner.get(f"/r/{small.slug}/screening/list/?q=%00").status_code == 400
    assert owner.get(f"/r/{small.slug}/screening/record/a%00b/").status_code == 400


def test_private_pages_are_kept_nowhere_and_framed_nowhere(small, owner):
    for name in ("review-home", "export-decisions", "history", "export"):
        headers = owner.get(reverse(name, args=[small.slug])).headers
        assert "no-store" in headers["Cache-Control"]
        assert headers["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in Client().get("/accounts/login/").headers["Cache-Control"]


def test_cookies_are_for_https_alone_where_a_proxy_speaks_it():
    code = (
        "import json, evisynth.web.settings as s; print(json.dumps([s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE,"
        " s.SECURE_HSTS_SECONDS > 0, s.DEBUG, s.CSRF_TRUSTED_ORIGINS]))"
    )
    environment = {**os.environ, "EVISYNTH_HTTPS": "yes", "EVISYNTH_HOSTS": "reviews.example"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == [True, True, True, False, ["https://reviews.example"]]


def test_the_cookie_of_the_session_is_not_for_scripts(owner, password):
    browser = Client()
    browser.post("/accounts/login/", {"login": owner.user.email, "password": password})
    cookie = browser.cookies["evisynth"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_a_made_up_session_is_not_taken_over(owner, password):
    browser = Client()
    browser.cookies["evisynth"] = "x" * 32
    browser.post("/accounts/login/", {"login": owner.user.email, "password": password})
    assert browser.cookies["evisynth"].value != "x" * 32


def test_fields_that_a_form_does_not_have_change_nothing(small, another, owner, reviewer):
    more = {"roles": "owner", "review": another.pk, "person": "ra", "kind": "consensus", "stage": "full-text",
            "active": "1", "user": owner.user.pk, "is_administrator": "on", "email": "x@evil.example", "left": "0"}  # fmt: skip
    voting.withdraw(reviewer.member, "title-abstract", "medline:1")
    reviewer.post(
        reverse("screening-vote", args=[small.slug]), {**more, "record": "medline:1", "decision": "exclude"}
    )
    last = models.Decision.objects.latest("pk")
    assert (last.review, last.person, last.kind, last.stage) == (
        small,
        reviewer.member,
        "vote",
        "title-abstract",
    )
    reviewer.post("/accounts/", {**more, "name": "Bob", "theme": "auto", "text_size": "normal"})
    reviewer.user.refresh_from_db()
    assert (reviewer.user.name, reviewer.user.is_administrator) == ("Bob", False)
    assert reviewer.user.email == "bob@example.org"
    reviewer.member.refresh_from_db()
    assert reviewer.member.roles == ["reviewer"]
    owner.post(reverse("review-settings", args=[small.slug]), {
        **more, "title": "T", "votes_title_abstract": "2", "votes_full_text": "2", "consensus_by": small.consensus_by,
        "maybe_counts_as": small.maybe_counts_as, "blinding": small.blinding, "seed": "1", "slug": "stolen", "removed": "1",
    })  # fmt: skip
    after = models.Review.objects.get(pk=small.pk)
    assert (after.slug, after.removed) == (small.slug, None)


def test_rows_of_another_review_in_a_form_are_not_found(small, another, owner, stranger):
    cast.furnish(owner.member)
    cast.furnish(stranger.member)
    theirs = {model: model.objects.filter(review=another).earliest("pk") for model in (
        models.Upload, models.Note, models.Label, models.ReportFile, models.Invitation, models.Report, models.Study,
        models.ExclusionReason)}  # fmt: skip
    before = {model: model.objects.filter(review=another).values() for model in theirs}
    kept = {model: list(rows) for model, rows in before.items()}
    events = models.Event.objects.filter(review=another).count()
    study = models.Study.objects.filter(review=small).earliest("pk")
    record = models.Record.objects.filter(review=another).earliest("pk").key
    sent = [
        ("uploads-plan", [], {"discard": theirs[models.Upload].pk}),
        ("screening-note-remove", [], {"record": "medline:1", "of_note": theirs[models.Note].name}),
        ("screening-label-remove", [], {"record": "medline:1", "label": theirs[models.Label].key}),
        ("screening-label-remove", [], {"record": record, "label": theirs[models.Label].key}),
        ("screening-vote", [], {"record": record, "decision": "include"}),
        ("screening-decide-many", [], {"record": record, "what": "include", "confirmed": "1"}),
        ("study-link", [study.key], {"report": theirs[models.Report].key}),
        ("study-merge", [study.key], {"other": theirs[models.Study].key}),
        ("study-link-named", [], {"report": theirs[models.Report].key, "study": theirs[models.Study].key}),
        ("duplicates-decide", [], {"a": "medline:1", "b": record, "decision": "merge"}),
        ("duplicates-undo", [], {"a": record, "b": record}),
        ("duplicates-take-out", [], {"record": record}),
        ("review-reasons", [], {"do": "delete", "reason": theirs[models.ExclusionReason].key}),
        ("review-labels", [], {"do": "delete", "label": theirs[models.Label].key}),
        ("report-file-remove", ["medline:1", theirs[models.ReportFile].pk], {}),
        ("team-withdraw-invitation", [theirs[models.Invitation].pk], {}),
    ]  # fmt: skip
    for name, rest, fields in sent:
        answer = owner.post(reverse(name, args=[small.slug, *rest]), fields)
        assert answer.status_code in {200, 302, 404, 409, 422}, (name, answer.status_code)
    assert {model: list(model.objects.filter(review=another).values()) for model in theirs} == kept
    assert models.Event.objects.filter(review=another).count() == events


def test_a_failed_load_keeps_no_file(stranger):
    upload = models.Upload.objects.create(
        by=stranger.user, name="x.zip", content=b"PK\x05\x06" + b"\0" * 18, sha256="0"
    )
    job = ask("load", review=None, by=stranger.user, upload=upload.pk)
    models.Job.objects.filter(pk=job.pk).update(state="running")
    job.refresh_from_db()
    carry_out(job)
    job.refresh_from_db()
    assert (job.state, "review.yaml" in job.error) == ("failed", True)
    assert not models.Upload.objects.filter(pk=upload.pk).exists()


def test_nothing_here_fetches_an_address():
    """No part of the application has a client for HTTP, so that no text can name what the server is to fetch."""
    assert importlib.util.find_spec("evisynth.web") is not None
    code = (
        "import django, sys; django.setup(); import evisynth.web.urls, evisynth.cli.main; "
        "ours = [n for n in sys.modules if n.startswith('evisynth')]; "
        "print([n for n in ours if any(getattr(sys.modules[n], c, None) for c in ('requests', 'httpx', 'urlopen'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                          env={**os.environ, "DJANGO_SETTINGS_MODULE": "evisynth.web.settings"})  # fmt: skip
    assert done.stdout.strip() == "[]"


def test_zips_that_are_torn_or_whose_names_clash_are_refused_in_words(tmp_path):
    import io
    import zipfile

    from evisynth.errors import DataError

    clash = io.BytesIO()
    with zipfile.ZipFile(clash, "w") as packed:
        packed.writestr("a", "x")
        packed.writestr("a/b", "y")
    torn = io.BytesIO()
    with zipfile.ZipFile(torn, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("review.yaml", "x: y\n" * 500)
    bytes_of = bytearray(torn.getvalue())
    bytes_of[60:70] = b"\xff" * 10
    many = b"PK\x01\x02" * 300_000
    for content in (clash.getvalue(), bytes(bytes_of), many):
        with pytest.raises(DataError):
            unpack(content, tmp_path / "out")


def test_looking_changes_nothing(small, owner, reader):
    """Every address is asked for, and no row of the store is another than before."""
    cast.furnish(owner.member)

    def rows() -> dict[str, list[dict[str, object]]]:
        tables = [model for model in apps.get_app_config("store").get_models() if model is not models.Counted]
        return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in tables}

    before = rows()
    for person in (owner, reader):
        for address in addresses(small):
            assert person.get(address).status_code < 500
            assert person.head(address).status_code < 500
    assert rows() == before


def addresses(review) -> list[str]:
    def first(model, field="pk"):
        return model.objects.filter(review=review).order_by("pk").values_list(field, flat=True).first()

    known = {
        "slug": review.slug, "record": "medline:1", "key": "medline:1", "stage": "full-text", "box": "included",
        "part": "outcomes", "row": first(models.Outcome, "key"), "source": first(models.SearchRun, "key"),
        "study": first(models.Study, "key"), "person": "rb", "job": first(models.Job), "upload": first(models.Upload),
        "file": first(models.ReportFile), "number": 1, "invitation": first(models.Invitation), "kind": "csv",
    }  # fmt: skip
    return [
        reverse(name, kwargs={each: known[each] for each in names})
        for name, names in named(get_resolver().url_patterns)
    ] + ["/", "/accounts/", "/reviews/new/", "/reviews/load/", "/healthy/"]


def named(found, route=""):
    for each in found:
        whole = route + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from named(each.url_patterns, whole)
        elif whole.startswith("r/"):
            yield each.name, list(each.pattern.converters)


OUTSIDE_REVIEWS = ("/accounts/", "/accounts/login/", "/accounts/logout/", "/accounts/password/change/",
                   "/accounts/email/", "/reviews/new/", "/reviews/load/")  # fmt: skip


@pytest.mark.parametrize("address", OUTSIDE_REVIEWS)
def test_forms_outside_reviews_need_the_token_too(owner, address):
    assert owner.again(csrf=True).post(address, {"title": "x"}).status_code == 403


def test_a_page_elsewhere_cannot_send_even_with_a_token(small, owner):
    browser = owner.again(csrf=True)
    browser.get("/")
    page = browser.get("/accounts/").content.decode()
    token = page.split('csrfmiddlewaretoken" value="', 1)[1].split('"', 1)[0]
    sent = {"title": "x", "csrfmiddlewaretoken": token}
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}):
        assert browser.post("/reviews/new/", sent, headers=headers).status_code == 403
    assert browser.post("/reviews/new/", sent, headers={"Origin": "http://testserver"}).status_code == 302


def test_signing_in_for_somebody_else_needs_the_token():
    assert (
        Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x", "password": "y"}).status_code
        == 403
    )


def test_what_went_wrong_is_told_without_what_is_inside(small, owner, monkeypatch):
    from evisynth.web.home import views

    def fails(*_):
        raise RuntimeError("/etc/secret of the server")

    monkeypatch.setattr(views, "live_flow", fails)
    answer = cast.Person(owner.member, raises=False).get(f"/r/{small.slug}/")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.content.decode()
    assert "secret" not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()


def test_a_review_of_others_and_none_at_all_look_the_same(small, stranger):
    for part in ("", "history/", "screening/record/medline:1/", "export/decisions.csv"):
        answers = [stranger.get(f"/r/{slug}/{part}") for slug in (small.slug, "no-such-review")]
        bodies = [
            re.sub(r'X-CSRFToken": "\w+|csrfmiddlewaretoken" value="\w+', "", a.content.decode())
            for a in answers
        ]
        assert bodies[0] == bodies[1]
        assert [answer.status_code for answer in answers] == [404, 404]


def test_one_person_does_not_fill_the_store_with_files_to_load(stranger):
    def sent():
        return stranger.post("/reviews/load/", {"folder": SimpleUploadedFile("x.zip", b"PK")}, follow=True)

    for _ in range(5):
        answer = sent()
    assert "wait until one of them is there" in answer.content.decode()
    assert models.Upload.objects.filter(by=stranger.user).count() == 3

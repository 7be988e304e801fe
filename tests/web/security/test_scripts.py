"""Text of people never becomes a script: hostile texts in every place of a review, every page opened in a real browser."""

import json
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import models as fields
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from evisynth.store import models
from evisynth.store.invitations import invite
from support import cast

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOSTILE = (
    '"\'><script>window.taken=1</script><img src=x onerror="window.taken=1"><svg onload=window.taken=1>'
    '</textarea></title></option><a href="javascript:window.taken=1" hx-on:click="window.taken=1">{{ 7*7 }}{% now %}'
)
TEXTS = {  # model -> its fields that hold what people write, beside names that are checked
    models.Review: ("title", "question", "objectives"),
    models.Membership: ("name", "affiliation"),
    models.User: ("name",),
    models.SearchRun: ("name", "platform", "coverage", "limits", "note"),
    models.Record: ("title",),
    models.Label: ("name",),
    models.Note: ("text",),
    models.ExclusionReason: ("text",),
    models.Outcome: ("name",),
    models.Comparison: ("name",),
    models.Report: ("reason", "note"),
    models.ReportFile: ("name",),
    models.Study: ("name", "registration", "note", "design"),
    models.Decision: ("note",),
    models.DuplicateDecision: ("reason",),
    models.Upload: ("name",),
    models.Job: ("step", "error"),
    models.Invitation: ("name",),
    models.Event: ("what",),
    models.Amendment: ("what", "why", "reason", "text"),
    models.ProtocolVersion: ("note",),
}


def spoil(owner) -> None:
    """Hostile text in every field that people fill."""
    cast.furnish(owner.member)
    invite(owner.member, ["reader"], name=HOSTILE[:150])
    for model, names in TEXTS.items():
        there = {field.name: field for field in model._meta.get_fields()}
        for name in names:
            if isinstance(there.get(name), fields.CharField | fields.TextField):
                model.objects.update(**{name: HOSTILE[: there[name].max_length or None]})
    for record in models.Record.objects.all():
        record.fields |= dict.fromkeys(("abstract", "journal", "volume"), HOSTILE) | {
            "authors": [HOSTILE], "keywords": [HOSTILE], "links": ["javascript:window.taken=1", "data:text/html,x"],
            "doi": f"10.1/{HOSTILE}", "pmid": HOSTILE, "registry_ids": [f"NCT{HOSTILE}"],
        }  # fmt: skip
        record.save()
    models.Review.objects.update(highlight_include=["<script>*", "window"], highlight_exclude=["img"])
    models.Upload.objects.update(
        preview={"format": HOSTILE, "encoding": HOSTILE, "found": 1, "read": 1, "lost": 0, "more_notes": 0,
                 "notes": [[1, HOSTILE]], "records": [{"title": HOSTILE, "authors": [HOSTILE], "year": 1, "journal": HOSTILE}]},
        plan={"name": HOSTILE, "key": HOSTILE},
    )  # fmt: skip
    event = models.Event.objects.filter(review=owner.member.review).latest("position")
    models.Event.objects.filter(pk=event.pk).update(after={HOSTILE: HOSTILE}, before=[{HOSTILE: HOSTILE}])
    models.User.objects.update(preferences={"theme": HOSTILE, "text_size": HOSTILE})


def patterns(found, route="") -> Iterator[tuple[str, str, list[str]]]:
    for each in found:
        whole = route + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from patterns(each.url_patterns, whole)
        elif isinstance(each, URLPattern) and whole.startswith("r/"):
            yield whole, each.name or "", list(each.pattern.converters)


def addresses(review) -> Iterator[str]:
    def first(model, field="pk"):
        return model.objects.filter(review=review).order_by("pk").values_list(field, flat=True).first()

    known = {
        "slug": review.slug, "record": "medline:1", "key": "medline:1", "stage": "full-text", "box": "included",
        "part": "outcomes", "row": first(models.Outcome, "key"), "source": first(models.SearchRun, "key"),
        "study": first(models.Study, "key"), "person": "rb", "job": first(models.Job), "upload": first(models.Upload),
        "file": first(models.ReportFile), "number": 1, "invitation": first(models.Invitation), "kind": "csv",
    }  # fmt: skip
    for _route, name, names in patterns(get_resolver().url_patterns):
        if name not in {"report-file-download", "flow-figure", "export-list", "export-decisions"}:
            yield reverse(name, kwargs={each: known[each] for each in names})
    yield reverse("flow-figure", args=[review.slug, "svg"]) + "?show=1"
    for name, query in (("screening-list", "q=<script>"), ("duplicates-merge", "a=medline:1&b=medline:2"),
                        ("history", "record=%22%3E%3Cscript%3E"), ("full-text", "show=all&q=%22%3E%3Csvg onload=1%3E"),
                        ("conflicts", "kind=settled&q=<b>"), ("duplicates-merge", "a=%22><script>&b=%27"),
                        ("studies", "q=%22><script>")):  # fmt: skip
        yield f"{reverse(name, args=[review.slug])}?{query}"
    yield from ("/", "/accounts/", "/reviews/new/", "/reviews/load/")


@pytest.fixture
def owner(transactional_db, tmp_path):
    return cast.plays(cast.load(tmp_path), "ra", "Ann Owner")


def test_no_text_runs_and_the_policy_stops_nothing(page, live_server, owner):
    spoil(owner)
    said: list[str] = []
    page.on(
        "console",
        lambda message: said.append(message.text) if "Content Security Policy" in message.text else None,
    )
    page.on("dialog", lambda dialog: (said.append("dialog"), dialog.dismiss()))
    page.add_init_script(
        "addEventListener('securitypolicyviolation', e => { window.stopped = e.violatedDirective; })"
    )
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": owner.cookies[name].value, "url": live_server.url}])
    opened, found = 0, []
    for address in dict.fromkeys(addresses(owner.member.review)):
        status = page.request.get(live_server.url + address).status
        if status == 405 or address.endswith("/files/1/"):
            continue
        if status >= 500:
            found.append(f"{address}: {status}")
            continue
        page.goto(live_server.url + address, wait_until="load")
        opened += 1
        state = page.evaluate("[window.taken || null, window.stopped || null]")
        bad = page.locator(
            "#content [onerror], #content [onload], #content script, a[href^='javascript:']"
        ).count()
        if state != [None, None] or bad or said:
            found.append(f"{address}: {state} {bad} {said}")
            said.clear()
    assert not found, "\n".join(found)
    assert opened > 40
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {text: 'window.taken = 1'}))"
    )
    assert page.evaluate("[window.taken || null, window.stopped]") == [
        None,
        "script-src-elem",
    ]  # what would be told


def test_a_pdf_that_is_a_page_too_runs_nowhere(page, live_server, owner):
    cast.furnish(owner.member)
    row = models.ReportFile.objects.get()
    page_too = b"%PDF-1.4\n<html><script>document.title='taken';fetch('/accounts/')</script></html>\n%%EOF"
    models.ReportFilePart.objects.update(content=page_too)
    models.ReportFile.objects.update(size=len(page_too), type="text/html", name='x".html\r\nSet-Cookie: a=b')
    at = reverse("report-file", args=[owner.member.review.slug, row.report.record.key, row.pk])
    answer = owner.get(at)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers
    assert "\n" not in answer.headers["Content-Disposition"]


def test_the_headers_of_htmx_are_json_whatever_the_token(owner):
    page = owner.get("/").content.decode()
    text = page.split("<body hx-headers='", 1)[1].split("'>", 1)[0]
    assert list(json.loads(text)) == ["X-CSRFToken"]

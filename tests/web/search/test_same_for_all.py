"""What is the same for all files is typed once: each file takes it that says nothing else, on the server and at once."""

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from evisynth.store import models
from evisynth.store.jobs import carry_out, take_up
from support import cast
from support.browser import overflows

UPLOADS = "/r/small-review/searches/uploads/"
SAME = {"kind": "register", "platform": "Ovid", "searched": "2015-01-01", "update": "1", "coverage": "1946 on",
        "limits": "none", "peer_reviewed": "PRESS", "note": ""}  # fmt: skip
NO_SAME = dict.fromkeys(SAME, "") | {"kind": "database", "update": "0"}


def ris(number):
    text = (
        f"TY  - JOUR\nTI  - Honey for sailors of ship {number}\nAU  - Omega, O{number}\nPY  - 2015\nER  - \n"
    )
    return SimpleUploadedFile(f"source{number}.ris", text.encode())


def send(person, *numbers, **typed):
    return person.post(f"{UPLOADS}send/", typed | {"files": [ris(number) for number in numbers]}, follow=True)


def page_of(*said, same):
    """What a page sends: of each upload what its fields have, and of all what is the same."""
    data = {f"all-{name}": value for name, value in same.items()}
    for upload, fields in said:
        given = (
            NO_SAME
            | {"take": "on", "source": "", "key": f"key{upload.pk}", "name": f"Source {upload.pk}"}
            | fields
        )
        data |= {f"u{upload.pk}-{name}": value for name, value in given.items()}
    return data


def fields_of(upload):
    upload.refresh_from_db()
    return {name: upload.plan[name] for name in SAME}


def test_thirteen_files_take_what_is_typed_once_and_two_say_their_own(reviewer):
    send(reviewer, *range(13))
    first, second, *rest = models.Upload.objects.order_by("pk")
    own = {"platform": "PubMed", "searched": "2015-02-02"}
    said = [(first, own), (second, {"kind": "website"}), *((each, {}) for each in rest)]
    answer = reviewer.post(f"{UPLOADS}plan/", page_of(*said, same=SAME) | {"import": "yes"})
    assert answer.status_code == 302, answer.content.decode()
    job = take_up()
    carry_out(job)
    job.refresh_from_db()
    assert job.state == "done", job.error
    sources = models.SearchRun.objects.filter(key__startswith="key").order_by("position")
    assert len(sources) == 13
    assert (sources[0].platform, str(sources[0].searched), sources[0].kind) == (
        "PubMed",
        "2015-02-02",
        "register",
    )
    assert (sources[1].platform, sources[1].kind) == ("Ovid", "website")
    for source in sources[2:]:
        assert (source.kind, source.platform, str(source.searched)) == ("register", "Ovid", "2015-01-01")
        assert (source.update, source.coverage, source.limits) == (1, "1946 on", "none")
        assert (source.peer_reviewed, source.note) == ("PRESS", "")


def test_it_stays_after_an_error_and_shows_in_each_file(reviewer):
    send(reviewer, 1, 2)
    one, two = models.Upload.objects.order_by("pk")
    answer = reviewer.post(
        f"{UPLOADS}plan/", page_of((one, {"name": ""}), (two, {}), same=SAME) | {"import": "yes"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count('value="Ovid"') == 3
    assert page.count('value="2015-01-01"') == 3
    assert not models.Job.objects.filter(kind="import").exists()


def test_what_is_wrong_in_it_is_said_once(reviewer):
    send(reviewer, 1, 2, 3)
    said = [(each, {}) for each in models.Upload.objects.order_by("pk")]
    same = SAME | {"searched": "2015-02-30"}
    page = reviewer.post(f"{UPLOADS}plan/", page_of(*said, same=same) | {"import": "yes"}).content.decode()
    assert page.count("Enter a valid date") == 1
    assert 'id="id_all-searched_error"' in page


def test_files_sent_later_take_it_and_what_was_typed_stays(reviewer):
    send(reviewer, 1, 2)
    one, two = models.Upload.objects.order_by("pk")
    page = send(reviewer, 3, **page_of((one, {"name": "Typed"}), (two, {}), same=SAME)).content.decode()
    assert 'value="Typed"' in page
    three = models.Upload.objects.latest("pk")
    assert fields_of(one) == fields_of(two) == fields_of(three) == SAME


def test_files_chosen_beside_another_button_are_not_lost(reviewer):
    send(reviewer, 1)
    (one,) = models.Upload.objects.all()
    reviewer.post(f"{UPLOADS}plan/", page_of((one, {}), same=SAME) | {"import": "yes", "files": [ris(2)]})
    assert models.Upload.objects.count() == 2
    assert not models.Job.objects.filter(kind="import").exists()


def test_a_later_change_reaches_the_files_that_took_it_and_no_others(reviewer):
    send(reviewer, 1, 2, 3)
    one, two, three = models.Upload.objects.order_by("pk")
    keep = {"keep": "yes"}
    said = [(one, {}), (two, {"platform": "PubMed"}), (three, {})]
    reviewer.post(f"{UPLOADS}plan/", page_of(*said, same=SAME) | keep)
    shown = [(one, fields_of(one)), (two, fields_of(two)), (three, fields_of(three) | {"searched": ""})]
    later = SAME | {"platform": "Ebsco", "searched": "2016-01-01"}
    reviewer.post(f"{UPLOADS}plan/", page_of(*shown, same=later) | keep)
    assert fields_of(one) == later
    assert fields_of(two) == later | {"platform": "PubMed"}
    assert fields_of(three) == later | {"searched": ""}  # emptied: of this file it is not known


def test_one_file_alone_has_its_own_fields_only(reviewer):
    assert 'id="for-all"' not in send(reviewer, 1).content.decode()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_it_shows_at_once_in_a_browser_and_own_values_stay(page, live_server, tmp_path):
    ann = cast.plays(cast.load(tmp_path), "ra", "Ann Owner")
    send(ann, 1, 2)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": ann.cookies[name].value, "url": live_server.url}])
    page.goto(live_server.url + UPLOADS)
    first, second = page.locator("section.upload").all()
    first.get_by_label("Platform:").fill("PubMed")
    same = page.locator("#for-all")
    same.get_by_label("Platform:").fill("Ovid")
    same.get_by_label("Kind:").select_option("register")
    assert first.get_by_label("Platform:").input_value() == "PubMed"
    assert second.get_by_label("Platform:").input_value() == "Ovid"
    assert second.get_by_label("Kind:").input_value() == "register"
    second.get_by_label("Platform:").fill("")
    first.get_by_label("Name:", exact=True).press("Enter")  # keeps, and sends or imports nothing
    page.get_by_text("What you typed is kept").wait_for()
    first, second = page.locator("section.upload").all()
    assert first.get_by_label("Platform:").input_value() == "PubMed"
    assert second.get_by_label("Platform:").input_value() == ""
    assert not overflows(page)

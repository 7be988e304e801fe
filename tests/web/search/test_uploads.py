"""Files sent in a page: looked at before anything comes in, given a source, imported together."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from evisynth.store import models, uploads
from evisynth.store.jobs import carry_out, take_up
from support.small_review_texts import MEDLINE

UPLOADS = "/r/small-review/searches/uploads/"
RIS = """TY  - JOUR
TI  - Honey <script>alert(1)</script> for מלחים 🌰
AU  - Omega, Olga
PY  - 2015
ER  -
"""
LOST = "PMID- 1\nTI  - A\n\nPMID- 2\nTI  - B\nnonsense here\n"


def file(text, name="embase.ris"):
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)


def send(person, *files):
    return person.post(f"{UPLOADS}send/", {"files": list(files)}, follow=True)


def typed(upload, **fields):
    given = {
        "take": "on",
        "source": "",
        "key": "embase",
        "name": "Embase",
        "kind": "database",
        "update": "0",
    } | fields
    return {f"u{upload.pk}-{name}": value for name, value in given.items() if value is not None}


def test_several_files_are_sent_at_once_and_shown_with_their_content(reviewer):
    page = send(reviewer, file(RIS), file(LOST, "pubmed.txt")).content.decode()
    assert "2 files sent" in page
    assert "Honey &lt;script&gt;alert(1)&lt;/script&gt; for מלחים 🌰" in page
    assert "<script>alert" not in page
    assert "Format ris" in page
    assert "Format nbib" in page
    assert models.Record.objects.count() == 8


def test_files_are_imported_into_a_new_and_a_known_source(reviewer):
    send(reviewer, file(RIS), file(MEDLINE, "more.ris"))
    one, two = models.Upload.objects.all()
    data = typed(one, strategy="1. honey/", searched="2015-01-01") | typed(
        two, source="medline", key="", name=""
    )
    answer = reviewer.post(f"{UPLOADS}plan/", data | {"import": "yes"})
    job = models.Job.objects.get(kind="import")
    assert answer.headers["Location"] == f"/r/small-review/jobs/{job.pk}/"
    assert b"Waiting" in reviewer.get(answer.headers["Location"]).content
    carry_out(take_up())
    page = reviewer.get(answer.headers["Location"]).content.decode()
    assert "records came in" in page
    assert models.SearchRun.objects.get(key="embase").records.count() == 1
    assert models.SearchRun.objects.get(key="medline").records.count() == 2 * MEDLINE.count("TY  - ")
    assert bytes(models.SearchRun.objects.get(key="embase").strategy) == b"1. honey/"
    assert not models.Upload.objects.exists()


def test_what_was_typed_stays_when_something_is_missing_and_nothing_comes_in(reviewer):
    send(reviewer, file(RIS))
    (one,) = models.Upload.objects.all()
    answer = reviewer.post(f"{UPLOADS}plan/", typed(one, name="", platform="Ovid typed") | {"import": "yes"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Ovid typed" in page
    assert "required" in page
    assert not models.Job.objects.filter(kind="import").exists()
    assert "Ovid typed" in reviewer.get(UPLOADS).content.decode()


def test_a_file_is_read_otherwise_and_an_unreadable_one_says_why(reviewer):
    send(reviewer, file("Heading;Who\nHoney for sailors;Omega\n", "odd.csv"))
    (one,) = models.Upload.objects.all()
    assert "none of its columns is known as the title" in one.preview["error"]
    mapping = "kind: table\r\nauthors: semicolon\r\nfields:\r\n  title: Heading\r\n  authors: Who\r\n"
    reviewer.post(f"{UPLOADS}plan/", typed(one, mapping=mapping) | {"again": str(one.pk)})
    one.refresh_from_db()
    assert one.preview["records"][0]["title"] == "Honey for sailors"
    answer = reviewer.post(
        f"{UPLOADS}plan/", typed(one, mapping=mapping, format="bibtex") | {"import": "yes"}
    )
    assert answer.status_code == 302


def test_a_file_is_discarded_and_another_one_keeps_what_was_typed(reviewer):
    send(reviewer, file(RIS), file(MEDLINE, "more.ris"))
    one, two = models.Upload.objects.all()
    reviewer.post(f"{UPLOADS}plan/", typed(one) | typed(two, platform="Kept") | {"discard": str(one.pk)})
    (left,) = models.Upload.objects.all()
    assert (left.pk, left.plan["platform"]) == (two.pk, "Kept")


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "empty.ris", "is empty"),
        (b"%PDF-1.4 something", "paper.ris", "it is a PDF document"),
        (b"PK\x03\x04 word/document.xml", "text.docx", "it is a Word document"),
        (b"\x1f\x8b\x08 gz", "packed.ris.gz", "gzip archive"),
    ],
)
def test_what_is_plainly_no_export_is_refused_with_what_it_is(reviewer, content, name, said):
    assert said in send(reviewer, file(content, name)).content.decode()
    assert not models.Upload.objects.exists()


def test_limits_are_told(reviewer, monkeypatch):
    monkeypatch.setattr("evisynth.web.search.uploads_views.LARGEST_FILE", 100)
    assert "Export the search in parts" in send(reviewer, file(MEDLINE)).content.decode()
    monkeypatch.setattr(uploads, "MOST_FILES", 1)
    send(reviewer, file("TY  - JOUR\nTI  - a\nER  -"))
    assert "wait already" in send(reviewer, file("TY  - JOUR\nTI  - b\nER  -")).content.decode()
    assert models.Upload.objects.count() == 1


def test_a_file_that_waits_or_was_imported_already_is_told(reviewer):
    send(reviewer, file(RIS))
    assert "has the same content as embase.ris" in send(reviewer, file(RIS, "again.ris")).content.decode()
    export = models.ImportBatch.objects.get(search__key="medline")
    assert (
        "imported before, into MEDLINE"
        in send(reviewer, file(bytes(export.content), "m.ris")).content.decode()
    )


@pytest.mark.parametrize(
    "bomb",
    [
        '<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><xml><records><record>&b;</record></records></xml>',
        '<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY x SYSTEM "file:///etc/passwd">]><xml><records><record>&x;</record></records></xml>',
        "TY  - JOUR\nTI  - " + "a" * 900_000 + "\nER  - \n",
        "{" * 100_000,
    ],
)
def test_hostile_files_are_shown_as_what_they_are_and_harm_nothing(reviewer, bomb):
    page = send(reviewer, file(bomb, "bomb.xml"))
    assert page.status_code == 200
    assert "root:" not in page.content.decode()
    assert models.Upload.objects.get().preview


def test_a_large_file_is_read_in_the_background_with_its_progress_shown(reviewer, monkeypatch):
    monkeypatch.setattr(uploads, "READ_AT_ONCE", 10)
    page = send(reviewer, file(RIS)).content.decode()
    one = models.Upload.objects.get()
    address = f"{UPLOADS}{one.pk}/"
    assert f'hx-get="{address}"' in page
    assert "<progress" in reviewer.get(address).content.decode()
    assert (
        reviewer.post(f"{UPLOADS}plan/", typed(one) | {"import": "yes"}).status_code == 422
    )  # it is not read yet
    carry_out(take_up())
    after = reviewer.get(address).content.decode()
    assert "hx-get" not in after
    assert "<strong>1</strong> record read" in after


def test_files_of_another_review_are_not_there(reviewer, stranger):
    models.Upload.objects.create(
        review=stranger.member.review, by=stranger.user, name="x", content=b"x", sha256="x"
    )
    other = models.Upload.objects.get()
    assert reviewer.get(f"{UPLOADS}{other.pk}/").status_code == 404
    reviewer.post(f"{UPLOADS}plan/", {"discard": str(other.pk)})
    assert models.Upload.objects.filter(pk=other.pk).exists()


def test_names_of_files_become_harmless_names():
    names = [
        "../../etc/passwd",
        "C:\\temp\\a b.ris",
        "..",
        "é🌰.ris",
        "x" * 300 + ".ris",
        "ct.gov.json",
        "\u202egnp.exe",
    ]
    for name in names:
        plain = uploads.file_name(name)
        assert plain
        assert len(plain) < 80
        assert plain.strip(".") == plain
        assert set(plain) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")
    assert uploads.file_name("C:\\temp\\a b.ris") == "a-b.ris"
    assert uploads.file_name("ct.gov.json") == "ct.gov.json"


def test_the_page_of_files_costs_a_bounded_number_of_queries(reviewer, django_assert_max_num_queries):
    send(reviewer, *(file(f"TY  - JOUR\nTI  - {n}\nER  - \n", f"{n}.ris") for n in range(15)))
    with django_assert_max_num_queries(14):
        assert reviewer.get(UPLOADS).status_code == 200

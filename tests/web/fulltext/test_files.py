"""Files of a report: brought in, shown, saved, removed."""

import hashlib
import tracemalloc

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from evisynth.screening import reports
from evisynth.store import models
from evisynth.store.reports import add_file
from evisynth.web.middleware import CONTENT_SECURITY_POLICY

REPORT = "/r/small-review/full-text/medline:1/"
PDF = b"%PDF-1.4\nalmond\n%%EOF\n"


def upload(person, *files, address=REPORT):
    given = [SimpleUploadedFile(name, content, "application/pdf") for name, content in files]
    return person.post(address + "files/", {"files": given})


@pytest.fixture
def kept(owner):
    """The number of a file of medline:1's report."""
    upload(owner, ("Alpha 2001.pdf", PDF))
    return models.ReportFile.objects.get().pk


def test_owners_and_reviewers_bring_in_pdfs(owner, reviewer):
    assert upload(owner, ("one.pdf", PDF)).status_code == 302
    assert upload(reviewer, ("two.pdf", PDF + b"2"), ("three.pdf", PDF + b"3")).status_code == 302
    assert sorted(models.ReportFile.objects.values_list("name", flat=True)) == [
        "one.pdf",
        "three.pdf",
        "two.pdf",
    ]


def test_others_may_not(adjudicator, reader, statistician, stranger):
    assert [
        upload(person, ("one.pdf", PDF)).status_code for person in (adjudicator, reader, statistician)
    ] == [403] * 3
    assert upload(stranger, ("one.pdf", PDF)).status_code == 404
    assert not models.ReportFile.objects.exists()


def test_one_file_is_refused_without_the_others(owner):
    response = upload(owner, ("page.pdf", b"<html><script>"), ("good.pdf", PDF))
    assert response.status_code == 422
    page = response.content.decode()
    assert "page.pdf: The file is no PDF" in page
    assert "good.pdf is kept" in page
    assert [file.name for file in models.ReportFile.objects.all()] == ["good.pdf"]


def test_no_file_is_told(owner):
    assert "No file was chosen" in owner.post(REPORT + "files/").content.decode()


def test_a_file_above_the_limit_is_refused(owner, monkeypatch):
    monkeypatch.setattr(reports, "MOST_BYTES", 20)
    assert "at most" in upload(owner, ("big.pdf", PDF)).content.decode()
    assert not models.ReportFile.objects.exists()


def test_a_pdf_that_is_cut_off_is_kept_with_a_warning(owner):
    response = owner.post(REPORT + "files/", {"files": SimpleUploadedFile("half.pdf", PDF[:12])}, follow=True)
    assert "may be cut off" in response.content.decode()


def test_a_file_is_shown_within_a_sandbox(kept, reader):
    response = reader.get(f"{REPORT}files/{kept}/")
    assert response.getvalue() == PDF
    assert response.headers["Content-Type"] == "application/pdf"
    assert (
        response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'; frame-ancestors 'self'"
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert response.headers["Content-Disposition"].startswith('inline; filename="Alpha 2001.pdf"')
    assert response.headers["Cache-Control"] == "no-store"


def test_a_file_is_saved_as_a_file(kept, reader):
    response = reader.get(f"{REPORT}files/{kept}/download/")
    assert response.getvalue() == PDF
    assert response.headers["Content-Disposition"].startswith("attachment;")


def test_pages_around_it_may_not_be_framed(kept, reader):
    response = reader.get(REPORT)
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
    assert f'src="{REPORT}files/{kept}/"' in response.content.decode()


def test_the_file_of_another_report_or_review_is_not_there(kept, reader, stranger, another):
    for rest in ("", "download/"):
        assert reader.get(f"/r/small-review/full-text/medline:2/files/{kept}/{rest}").status_code == 404
        assert stranger.get(f"{REPORT}files/{kept}/{rest}").status_code == 404
        own = f"/r/{another.slug}/full-text/other-medline:1/files/{kept}/{rest}"
        assert stranger.get(own).status_code == 404


def test_a_file_is_removed_by_those_who_may(kept, adjudicator, reader, reviewer):
    remove = f"{REPORT}files/{kept}/remove/"
    assert [person.post(remove).status_code for person in (adjudicator, reader)] == [403, 403]
    assert reviewer.get(remove).status_code == 405
    assert reviewer.post(remove).status_code == 302
    assert not models.ReportFile.objects.exists()
    assert "not there any more" in reviewer.post(remove, follow=True).content.decode()


def test_a_hostile_name_is_only_text(owner, reader):
    upload(owner, ('a"b\r\nX-Evil: 1<script>.pdf', PDF))
    file = models.ReportFile.objects.get()
    response = reader.get(f"{REPORT}files/{file.pk}/")
    assert "X-Evil" not in response.headers
    assert "<script>" not in file.name


def test_a_list_of_files_does_not_read_them(kept, reader, django_assert_max_num_queries):
    with django_assert_max_num_queries(16) as queries:
        reader.get(REPORT)
    assert not any("store_reportfilepart" in query["sql"] for query in queries)


@pytest.mark.parametrize(
    ("asked", "status", "content", "told"),
    [
        ("bytes=0-3", 206, PDF[:4], f"bytes 0-3/{len(PDF)}"),
        ("bytes=9-", 206, PDF[9:], f"bytes 9-{len(PDF) - 1}/{len(PDF)}"),
        ("bytes=-6", 206, PDF[-6:], f"bytes {len(PDF) - 6}-{len(PDF) - 1}/{len(PDF)}"),
        ("bytes=2-9999", 206, PDF[2:], f"bytes 2-{len(PDF) - 1}/{len(PDF)}"),
        ("bytes=9999-", 416, b"", f"bytes */{len(PDF)}"),
        ("bytes=-0", 416, b"", f"bytes */{len(PDF)}"),
        ("bytes=5-2", 200, PDF, None),
        ("bytes=0-1,4-5", 200, PDF, None),
        ("bytes=-", 200, PDF, None),
        ("lines=1-2", 200, PDF, None),
    ],
)
def test_a_part_of_a_file_is_sent_to_who_asks_for_it(kept, reader, asked, status, content, told):
    response = reader.get(f"{REPORT}files/{kept}/", headers={"Range": asked})
    assert (response.status_code, response.getvalue()) == (status, content)
    assert response.headers.get("Content-Range") == told
    assert response.headers["Accept-Ranges"] == "bytes"
    assert response.headers["Content-Security-Policy"].startswith("sandbox;")


def test_a_part_of_a_file_that_is_another_now_is_the_whole(kept, reader):
    address = f"{REPORT}files/{kept}/"
    tag = reader.get(address).headers["ETag"]
    assert reader.get(address, headers={"Range": "bytes=0-1", "If-Range": tag}).status_code == 206
    assert reader.get(address, headers={"Range": "bytes=0-1", "If-Range": '"other"'}).status_code == 200


def test_a_large_file_is_taken_in_and_given_out_piece_by_piece(owner, tmp_path):
    path = tmp_path / "large.pdf"
    path.write_bytes(PDF + bytes(16 * 2**20))
    tracemalloc.start()
    with path.open("rb") as file:
        add_file(owner.member, "medline:1", "large.pdf", file)
    row = models.ReportFile.objects.get()
    digest = hashlib.sha256()
    for piece in owner.get(f"{REPORT}files/{row.pk}/").streaming_content:
        digest.update(piece)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert digest.hexdigest() == row.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert peak < 8 * 2**20  # half of the file; what the rest of a request takes is far below

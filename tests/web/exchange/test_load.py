"""Bringing in a review from the zip of its folder, and what is no such thing."""

import io
import stat
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from evisynth.errors import DataError
from evisynth.store import folders, models
from evisynth.store.folders import unpack, zip_of
from evisynth.store.jobs import carry_out, take_up
from support.small_review import SmallReview


def sent(person, content, name="mine.zip"):
    answer = person.post("/reviews/load/", {"folder": SimpleUploadedFile(name, content)})
    job = take_up()
    carry_out(job)
    job.refresh_from_db()
    assert answer.url == f"/work/{job.pk}/"
    return job


def packed(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_a_review_comes_in_and_belongs_to_who_sent_it(stranger, tmp_path):
    SmallReview().write(tmp_path / "trial")
    job = sent(stranger, zip_of(tmp_path))
    assert job.state == "done", job.error
    review = models.Review.objects.get(slug=job.result["review"])
    assert models.Membership.objects.get(review=review, user=stranger.user).roles == ["owner"]
    assert stranger.get(f"/r/{review.slug}/").status_code == 200
    assert "Open the review" in stranger.get(f"/work/{job.pk}/").content.decode()
    assert not models.Upload.objects.exists()


def test_a_second_copy_gets_a_name_of_its_own(stranger, tmp_path):
    SmallReview().write(tmp_path / "trial")
    names = [sent(stranger, zip_of(tmp_path)).result["review"] for _ in range(2)]
    assert len(set(names)) == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"no zip", "not a zip"),
        (packed({"a.txt": "x"}), "no review.yaml"),
        (packed({"../review.yaml": "x"}), "leads out"),
        (packed({"/review.yaml": "x"}), "leads out"),
        (packed({"review.yaml": "x" * 300_000_000}), "would unpack"),
    ],
    ids=["no zip", "no review", "a path up", "an absolute path", "a bomb"],
)
def test_what_is_no_review_is_refused_and_nothing_is_kept(stranger, content, said):
    before = models.Review.objects.count()
    job = sent(stranger, content)
    assert job.state == "failed"
    assert said in job.error
    assert models.Review.objects.count() == before


def test_a_zip_that_lies_about_its_size_is_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "_refuse", lambda *_: None)
    monkeypatch.setattr(folders, "MOST_BYTES", 1000)
    with pytest.raises(DataError, match="unpacks to more"):
        unpack(packed({"review.yaml": "x" * 2000}), tmp_path)


def test_too_many_files_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(folders, "MOST_FILES", 3)
    with pytest.raises(DataError, match="4 files"):
        unpack(packed(dict.fromkeys("abcd", "x")), tmp_path)


def test_a_link_is_refused(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = zipfile.ZipInfo("review.yaml")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(DataError, match="a link"):
        unpack(out.getvalue(), tmp_path)


def test_a_file_is_asked_for(stranger):
    assert "Choose the zip" in stranger.post("/reviews/load/").content.decode()

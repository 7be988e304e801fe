"""Files from strangers, sent through the pages: each is refused in words, in a bounded time and memory."""

import io
import resource
import time
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from evisynth.store import models
from evisynth.store.jobs import carry_out

SECONDS = 10  # the machine may be busy; a bomb that goes off takes minutes
MEGABYTES = 400


def laughs() -> bytes:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{entities}]><PubmedArticleSet>&a9;</PubmedArticleSet>'.encode()


def outside() -> bytes:
    return b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><records><record><titles><title>&e;</title></titles></record></records></xml>'


def workbook_bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("xl/workbook.xml", "<workbook/>")
        packed.writestr("xl/worksheets/sheet1.xml", b" " * 200_000_000)
    return out.getvalue()


HOSTILE = {
    "laughs.xml": laughs(),
    "outside.xml": outside(),
    "deep.xml": b"<xml><records>" + b"<record>" * 100_000,
    "one-line.ris": b"TY  - JOUR\nTI  - " + b"x" * 20_000_000,
    "many-authors.ris": b"TY  - JOUR\nTI  - x\n" + b"AU  - A, B\n" * 300_000 + b"ER  - \n",
    "nested.json": b"[" * 1_000_000,
    "bomb.xlsx": workbook_bomb(),
    "program.ris": b"\x7fELF" + b"\0" * 1000,
    "../../etc/passwd": b"TY  - JOUR\nTI  - x\nER  - \n",
}


def worked_off() -> None:
    for job in models.Job.objects.filter(state="waiting"):
        models.Job.objects.filter(pk=job.pk).update(state="running")
        job.refresh_from_db()
        carry_out(job)
        job.refresh_from_db()
        assert "wrong on our side" not in job.error


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_export_is_read_or_refused_soon(small, owner, name):
    at = reverse("uploads-send", args=[small.slug])
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.process_time()
    answer = owner.post(at, {"files": SimpleUploadedFile(name, HOSTILE[name])}, follow=True)
    worked_off()
    assert time.process_time() - begun < SECONDS
    assert answer.status_code == 200
    assert owner.get(reverse("uploads", args=[small.slug])).status_code == 200
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024
    assert grown < MEGABYTES, f"{grown:.0f} MB"
    for upload in models.Upload.objects.filter(review=small):
        assert "root:" not in str(upload.preview)
        assert "/" not in upload.name

"""Hostile exports are refused or read in bounded memory and time, whatever the reader."""

import io
import json
import subprocess
import sys
import zipfile

import pytest

if not sys.platform.startswith("linux"):
    pytest.skip("memory is measured in Linux's way", allow_module_level=True)

BILLION = (
    '<!DOCTYPE x [<!ENTITY a0 "lol">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]>"
)
QUADRATIC = f'<!DOCTYPE x [<!ENTITY a "{"a" * 10_000}">]>'
EXTERNAL = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
XML = {  # a file of each format, with {before} its root and {inside} a title
    "pubmed-xml": "{before}<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><Article><ArticleTitle>"
    "{inside}</ArticleTitle></Article></MedlineCitation></PubmedArticle></PubmedArticleSet>",
    "jats-xml": "{before}<pmc-articleset><article><front><article-meta><title-group><article-title>{inside}"
    "</article-title></title-group></article-meta></front></article></pmc-articleset>",
    "endnote-xml": '{before}<xml><records><record><ref-type name="Book">6</ref-type><titles><title>{inside}</title>'
    "</titles></record></records></xml>",
    "ictrp-xml": "{before}<Trials_downloaded_from_ICTRP><Trial><TrialID>X1</TrialID><Public_title>{inside}"
    "</Public_title></Trial></Trials_downloaded_from_ICTRP>",
    "zotero-rdf": '{before}<rdf:RDF xmlns:z="http://www.zotero.org/namespaces/export#"><bib:Book rdf:about="#i">'
    "<z:itemType>book</z:itemType><dc:title>{inside}</dc:title></bib:Book></rdf:RDF>",
}
REFUSED = {  # what stands before the root, and in the title
    "billion laughs": (BILLION, "&a9;"),
    "quadratic blow-up": (QUADRATIC, "&a;" * 50_000),
    "a file of this machine": (EXTERNAL, "&e;"),
}
LOST = {"a million open elements": "<a>" * 1_000_000, "a text of 11 MB": "x" * 11_000_000}
READ = {
    "an attribute of 8 MB": f'<i a="{"x" * 8_000_000}">Milk</i>',
    "undeclared entities": "Milk &bomb;" * 9,
}
DEEP = {
    "csl-json": '[{"id": "1", "type": "book", "title": ' + "[" * 1_000_000,
    "ctgov-json": '[{"protocolSection": ' + '{"a":' * 1_000_000,
}
RUN = r"""
import json, re, sys
from evisynth.errors import DataError
from evisynth.search.formats import read_bytes
data = sys.stdin.buffer.read()
try:
    reading = read_bytes(data, name="hostile")
    answer = {"found": reading.found, "titles": [record.title for record in reading.records], "lost": reading.lost}
except DataError as error:
    answer = {"refused": str(error)[:300]}
with open("/proc/self/status") as status:  # getrusage would give what the tests themselves have used
    answer["megabytes"] = int(re.search(r"VmHWM:\s+(\d+)", status.read())[1]) / 1024
print(json.dumps(answer))
"""


def read_apart(data):
    """What reading gives, in a process of its own, whose memory is measured."""
    run = subprocess.run(
        [sys.executable, "-c", RUN], input=data, capture_output=True, timeout=300, check=True
    )
    answer = json.loads(run.stdout)
    assert answer["megabytes"] < 200
    return answer


@pytest.mark.parametrize("name", XML)
@pytest.mark.parametrize(("before", "inside"), REFUSED.values(), ids=REFUSED.keys())
def test_xml_that_declares_entities_is_refused_by_every_reader(name, before, inside):
    answer = read_apart(XML[name].format(before=before, inside=inside).encode())
    assert "declares the entity" in answer["refused"]


@pytest.mark.parametrize("name", XML)
@pytest.mark.parametrize("inside", LOST.values(), ids=LOST.keys())
def test_xml_beyond_the_limits_is_a_lost_record_of_every_reader(name, inside):
    answer = read_apart(XML[name].format(before="", inside=inside).encode())
    assert (answer["found"], answer["titles"], answer["lost"]) == (1, [], 1)


@pytest.mark.parametrize("name", XML)
@pytest.mark.parametrize("inside", READ.values(), ids=READ.keys())
def test_odd_but_harmless_xml_is_read(name, inside):
    answer = read_apart(XML[name].format(before="", inside=inside).encode())
    assert answer["titles"][0].startswith("Milk")


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP.keys())
def test_json_nested_a_million_deep_is_a_lost_record(text):
    answer = read_apart(text.encode())
    assert (answer["found"], answer["titles"], answer["lost"]) == (1, [], 1)


def workbook(sheet, strings):
    out = io.BytesIO()
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook {main} xmlns:r="r"><sheets><sheet name="S" r:id="r1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels", '<x><Relationship Id="r1" Target="worksheets/s.xml"/></x>'
        )
        archive.writestr("xl/worksheets/s.xml", sheet)
        archive.writestr("xl/sharedStrings.xml", strings)
    return out.getvalue()


BOMBS = {  # sheet and strings
    "a sheet of 300 MB": lambda: (b"<worksheet>" + b" " * 300_000_000, b"<sst/>"),
    "strings of 300 MB": lambda: (b"<worksheet/>", b"<sst><si><t>" + b"x" * 300_000_000),
    "entities in the strings": lambda: (
        b"<worksheet/>",
        BILLION.encode() + b"<sst><si><t>&a9;</t></si></sst>",
    ),
    "a million open cells": lambda: (b"<worksheet><sheetData><row>" + b"<c>" * 1_000_000, b"<sst/>"),
    "one cell of 11 MB": lambda: (b'<worksheet><row><c t="str"><v>' + b"x" * 11_000_000, b"<sst/>"),
    "four million empty strings": lambda: (b"<worksheet/>", b"<sst>" + b"<si/>" * 4_000_000),
    "one string in 600,000 cells": lambda: (
        b"<worksheet><sheetData>" + b'<row><c t="s"><v>0</v></c></row>' * 600_000,
        b"<sst><si><t>" + b"x" * 32_000 + b"</t></si></sst>",
    ),
}


@pytest.mark.parametrize("parts", BOMBS.values(), ids=BOMBS.keys())
def test_a_workbook_that_is_a_bomb_is_refused(parts):
    assert "refused" in read_apart(workbook(*parts()))

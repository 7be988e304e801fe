import subprocess
import sys

import pytest

from evisynth.errors import DataError
from evisynth.search.formats.safe_xml import (
    Piece,
    Rest,
    furniture,
    parse_damaged_xml,
    parse_xml,
    pieces,
    read_pieces,
    text_of,
    with_namespaces,
)
from evisynth.search.record import Reading, Record

BILLION_LAUGHS = (
    '<?xml version="1.0"?>\n<!DOCTYPE lolz [<!ENTITY lol0 "lol">'
    + "".join(f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">' for n in range(1, 10))
    + "]>\n<lolz>&lol9;</lolz>"
)
HOSTILE = {
    "billion laughs": BILLION_LAUGHS,
    "quadratic blow-up": f'<!DOCTYPE x [<!ENTITY a "{"a" * 500_000}">]><x>{"&a;" * 50_000}</x>',
    "a file of this machine": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><x>&e;</x>',
    "an address": '<!DOCTYPE x [<!ENTITY % e SYSTEM "http://example.invalid/x.dtd"> %e;]><x/>',
    "a declaration behind a comment": '<!DOCTYPE x [<!-- ]> --><!ENTITY a "b">]><x>&a;</x>',
    "a declaration behind many blanks": f'<!DOCTYPE x [{" " * 200_000}<!ENTITY a "b">]><x>&a;</x>',
    "a declaration behind a quoted bracket": '<!DOCTYPE x SYSTEM "a>b" [<!ENTITY a "b">]><x>&a;</x>',
    "nesting": "<a>" * 300_000,
    "nesting that closes": "<a>" * 1_000 + "</a>" * 1_000,
    "one text of 11 MB": f"<a>{'x' * 11_000_000}</a>",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("parse", [parse_xml, parse_damaged_xml])
def test_hostile_xml_is_refused(parse, text):
    with pytest.raises(DataError, match=r"Line [12]: "):
        parse(text)


REFUSAL = """
import resource, sys
limit = 2_000_000_000  # bytes of address space, of which the interpreter and lxml take a part
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
from evisynth.errors import DataError
from evisynth.search.formats.safe_xml import parse_damaged_xml, parse_xml
text = sys.stdin.read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for parse in (parse_xml, parse_damaged_xml):
    try:
        parse(text)
    except DataError:
        print("refused")
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.parametrize("name", ["billion laughs", "quadratic blow-up", "nesting", "one text of 11 MB"])
def test_refusing_hostile_xml_takes_less_than_200_mb(name):
    run = subprocess.run(  # the timeout only ends what hangs: expanded, these would take hours or all memory
        [sys.executable, "-c", REFUSAL],
        input=HOSTILE[name],
        text=True,
        capture_output=True,
        timeout=120,
        check=True,
    )
    *refusals, megabytes = run.stdout.split()
    assert refusals == ["refused", "refused"]
    assert int(megabytes) < 200


def test_the_refusal_says_which_entity_was_declared():
    with pytest.raises(DataError, match="declares the entity 'lol0' in its DOCTYPE"):
        parse_xml(BILLION_LAUGHS)


def test_the_refusal_of_deep_nesting_says_so():
    with pytest.raises(DataError, match="nested deeper than 256 elements"):
        parse_xml("<a>" * 300)


def test_a_doctype_that_names_a_dtd_is_not_fetched():
    address = "http://127.0.0.1:9/pubmed_250101.dtd"
    assert parse_xml(f'<!DOCTYPE x PUBLIC "-//NLM//DTD" "{address}"><x>asthma</x>').text == "asthma"


def test_an_encoding_declaration_in_decoded_text_is_ignored():
    assert parse_xml('<?xml version="1.0" encoding="UTF-16"?><x>Müller</x>').text == "Müller"


def test_text_that_is_not_well_formed_is_an_error_with_its_line():
    with pytest.raises(DataError, match="Line 2: the XML is not well-formed"):
        parse_xml("<x>\n<b></x>")


@pytest.mark.parametrize("text", ["", "no XML at all"])
def test_text_without_an_element_is_an_error(text):
    with pytest.raises(DataError, match="XML"):
        parse_xml(text)


def test_ampersands_html_names_and_control_characters_are_repaired_in_damaged_xml():
    root = parse_damaged_xml("<t>R&D of&nbsp;&beta;-blockers \x0bin A&amp;E &lt; 5 &#x3b2;</t>")
    assert text_of(root) == "R&D of β-blockers in A&E < 5 β"


def test_text_of_an_element_has_all_inline_text_and_not_what_follows_it():
    root = parse_xml("<a><t>10<sup>-3</sup> of <i>APOE</i>\n  genes</t> tail</a>")
    assert text_of(root.find("t")) == "10-3 of APOE genes"
    assert text_of(None) == ""


def test_pieces_have_every_character_of_the_text_and_the_lines_they_start_on():
    text = "<set>\n<r a='1'>one</r>\nstray<r>two\n<r>three</r>\n</set>"
    parts = list(pieces(text, "r"))
    assert "".join(part.text for part in parts) == text
    assert [part.line for part in parts if isinstance(part, Piece)] == [2, 3, 4]
    assert [part.closed for part in parts if isinstance(part, Piece)] == [True, False, True]
    assert parts[2] == Rest("\nstray", 2)


def test_comments_between_records_are_furniture_and_one_that_does_not_end_is_reported():
    reading = Reading()
    text = "<set><!-- a --><?b c?><r>1</r>\n<!-- open <r>2</r></set>"
    read_pieces(pieces(text, "r"), lambda element: Record(title=text_of(element)), furniture("set"), reading)
    assert [record.title for record in reading.records] == ["1", "2"]
    assert [(problem.line, problem.text) for problem in reading.problems] == [(1, "<!-- open")]


def test_namespaces_are_declared_where_they_are_not_yet():
    declared = 'xmlns:a="x" xmlns:b="y"'
    assert with_namespaces('<r xmlns:a="z"><a:t/></r>', declared) == '<r xmlns:b="y" xmlns:a="z"><a:t/></r>'
    assert with_namespaces("<r/>", declared) == '<r xmlns:a="x" xmlns:b="y"/>'
    assert with_namespaces("<r/>", "") == "<r/>"

"""The HTML page: complete in itself, every number linked to where it came from, nothing in it runs."""

import base64
import hashlib
import os
import re
from dataclasses import replace

import pytest
from lxml import html

from evisynth.errors import DataError
from evisynth.reporting.document import Derivation, Drawing, Heading, Paragraph, Picture, Text
from evisynth.reporting.documents import to_html
from evisynth.reporting.documents.derivations import reading_order, why_id
from evisynth.reporting.documents.words import words_html


def parsed(document):
    return html.document_fromstring(to_html(document).encode())


def test_every_link_in_the_page_has_a_target(document):
    page = parsed(document)
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    targets = {href[1:] for href in page.xpath("//a/@href") if href.startswith("#")}
    assert targets <= set(ids)
    assert {why_id(key) for key in document.derivations} <= set(ids)


def test_a_number_leads_down_to_the_report_through_links(document):
    page = parsed(document)
    [link] = page.xpath('//main//p/strong/a[@class="number"]')
    path = [link.get("href")]
    for _ in range(5):
        inputs = page.xpath(
            f'//section[@id="{path[-1][1:]}"]//p[text()="Made from"]/following-sibling::ul[1]//a/@href'
        )
        path.append(inputs[0])
    assert path == [
        "#why-claim/effect",
        "#why-analysis/full",
        "#why-study/longo",
        "#why-cell/longo",
        "#why-extraction/longo/a~20b",
        "#why-report/longo",
    ]


def test_a_derivation_shows_value_method_source_inputs_and_uses(document):
    [section] = parsed(document).xpath('//section[@id="why-cell/longo"]')
    assert section.xpath("h4/text()") == ["Longo 2008: events"]
    assert section.xpath('p[@class="value"]/text()') == ["11"]
    assert section.xpath("string(p[@class='source'])") == "Written in extraction.csv:17"
    words = section.text_content()
    assert "Longo 2008: events, by A B 11" in words
    assert "Used inLongo 2008: risk ratio 0.52" in words
    assert "Table 1 (in the text)" in words


def test_a_number_without_derivation_is_refused_with_its_place(document):
    blocks = (Heading(1, "Results"), Paragraph((Text("5", "claim/k"),)))
    with pytest.raises(DataError, match="Results: the number 'claim/k' has no derivation"):
        to_html(replace(document, blocks=blocks))


def test_an_input_without_derivation_is_refused(document):
    lost = Derivation("claim/effect", "t", "1", "h", ("gone",))
    with pytest.raises(DataError, match="'claim/effect' names the input 'gone'"):
        to_html(replace(document, derivations={**document.derivations, "claim/effect": lost}))


def test_inputs_in_a_circle_are_shown_once_each():
    ring = {
        key: Derivation(key, key, "1", "", (other,)) for key, other in (("a", "b"), ("b", "a"), ("c", "c"))
    }
    assert reading_order(ring, ["b"]) == ["b", "a", "c"]


def test_ids_differ_for_different_keys():
    keys = ["a b", "a~20b", "a/b", "a_b", "A b", "ü", "a\ud800"]
    assert len({why_id(key) for key in keys}) == len(keys)
    assert all(re.fullmatch(r"[\w/.~-]+", why_id(key), re.ASCII) for key in keys)


def test_the_page_loads_nothing_and_runs_one_script(document):
    text = to_html(document)
    page = html.document_fromstring(text)
    assert page.xpath("//link|//img|//iframe|//object|//embed|//@src|//base|//form") == []
    assert [name for name in page.xpath("//@*") if getattr(name, "attrname", "").startswith("on")] == []
    assert len(page.xpath("//script")) == len(page.xpath("//style")) == 1
    assert not re.search(r"@import|url\(\s*['\"]?(?!#)", text)
    addresses = [href for href in page.xpath("//@href") if not href.startswith(("#", "data:text/csv"))]
    assert addresses == ["https://doi.org/10.1016/j.jaci.2007.10.029"]
    [policy] = page.xpath('//meta[@http-equiv="Content-Security-Policy"]/@content')
    digest = base64.b64encode(hashlib.sha256(page.xpath("//script/text()")[0].encode()).digest()).decode()
    assert policy.startswith("default-src 'none'; ")
    assert f"script-src 'sha256-{digest}'" in policy


def test_hostile_text_stays_text(hostile):
    text = to_html(hostile)
    page = html.document_fromstring(text)
    assert len(page.xpath("//script")) == 1
    assert "alert(1)" in page.text_content()
    assert "<script>alert" not in text
    assert not re.search("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\u202a-\u202e\ufeff]", text)
    text.encode("utf-8")


def test_a_long_doi_may_break_and_short_words_may_not():
    assert words_html("well-known 10.1016/j.jaci.2007.10.029") == (
        "well-known 10.<wbr>1016/<wbr>j.<wbr>jaci.<wbr>2007.<wbr>10.<wbr>029"
    )


def test_a_doi_in_words_is_a_plain_link_to_the_resolver():
    assert words_html("2008. doi:10.1/x, doi:10.1016/x(7).").endswith(
        ', <a rel="noreferrer" href="https://doi.org/10.1016/x(7)">doi:10.1016/x(7)</a>.'
    )


def test_a_doi_after_a_number_with_derivation_is_a_link_beside_it(document):
    runs = (Text("Longo 2008. doi:10.1016/j.jaci", "report/longo"),)
    page = to_html(replace(document, blocks=(Paragraph(runs),)))
    assert (
        'href="#why-report/longo">Longo 2008.</a> <a rel="noreferrer" href="https://doi.org/10.1016/' in page
    )


def test_dates_and_short_words_in_a_cell_do_not_break():
    assert words_html("to 2012-10-01.") == 'to <span class="short">2012-10-01</span>.'


def test_the_hint_promises_no_report_for_numbers_that_rest_on_something_else(document):
    assert "a report, a search, the decisions of the reviewers or a setting" in to_html(document)


def test_tables_have_headers_groups_and_a_csv_to_download(document):
    page = parsed(document)
    [table] = page.xpath('//figure[@id="table-1"]//table')
    assert table.xpath('thead//th[@scope="col"]/text()') == ["Study", "Events", "Risk ratio (95% CI)"]
    assert table.xpath('.//th[@scope="rowgroup" and @colspan="3"]/text()') == ["High dose"]
    assert table.xpath('.//th[@scope="row"]/text()') == ["Longo 2008"]
    [address] = page.xpath('//figure[@id="table-1"]//a[@download="full-serving.csv"]/@href')
    assert base64.b64decode(address.partition("base64,")[2]).startswith(b"Study,Events,")


def test_two_figures_with_the_same_ids_do_not_clash(document):
    text = to_html(document)
    assert 'clip-path="url(#f1-p1)"' in text
    assert '<use x="3" href="#f2-m1"' in text
    page = html.document_fromstring(text)
    for svg in page.xpath("//figure//svg"):
        assert svg.get("aria-label") == "Forest plot. One study favours immunotherapy."
        assert svg.xpath(".//a/@href") == ["#why-study/longo"]
        assert svg.xpath(".//style|.//metadata|.//script") == []
    assert "stroke-linejoin: round" in page.xpath("//figure//svg/@style")[0]


def test_a_hostile_drawing_is_disarmed(document):
    svg = (
        b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" onload="alert(1)">'
        b"<script>alert(2)</script><foreignObject><body/></foreignObject>"
        b'<a xlink:href="javascript:alert(3)"><text onclick="x()" style="fill:url(http://evil/x)">kept</text></a>'
        b'<image href="http://evil/x.png"/><use href="http://evil/x.svg#a"/></svg>'
    )
    drawn = replace(document, drawings={"forest": Drawing(svg, b"", b"")})
    [first, _] = html.document_fromstring(to_html(drawn)).xpath("//figure//svg")
    text = html.tostring(first, encoding="unicode")
    assert "kept" in text
    assert not re.search(r"alert|evil|onload|onclick|foreignObject|javascript", text, re.IGNORECASE)


def test_a_figure_without_drawing_is_refused(document):
    with pytest.raises(DataError, match="Figure 1: the document has no drawing named 'funnel'"):
        to_html(replace(document, blocks=(Picture("funnel", "c", "a"),)))


def test_headings_lead_the_contents_and_descend_by_one(document):
    page = parsed(document)
    assert page.xpath("//nav[@aria-label='Contents']//a/text()") == [
        "Results",
        "Detail",
        "Certainty",
        "References",
        "Where every number comes from",
    ]
    assert [h.tag for h in page.xpath("//main/*[self::h2 or self::h3 or self::h4]")] == [
        "h2",
        "h3",
        "h3",
        "h2",
    ]


def test_the_page_has_language_landmarks_and_a_skip_link(document):
    page = parsed(document)
    assert page.get("lang") == "en"
    assert page.xpath("//header|//nav|//main|//footer|//aside")
    assert page.xpath('//a[@class="skip"]/@href') == ["#main"]
    assert "Two reports are simulated." in page.xpath("string(//aside[@class='notice'])")


def test_without_notice_there_is_no_box(document):
    assert parsed(replace(document, notice="")).xpath("//aside") == []


def test_an_empty_document_is_a_page(document):
    page = parsed(replace(document, blocks=(), derivations={}, authors=()))
    assert page.xpath("//h1/text()") == ["Milk immunotherapy: a review"]


def test_the_order_in_which_derivations_were_made_changes_nothing(document):
    turned = dict(reversed(document.derivations.items()))
    assert to_html(replace(document, derivations=turned)) == to_html(document)


def test_the_same_document_gives_the_same_page_in_any_folder(document, tmp_path, monkeypatch):
    first = to_html(document)
    monkeypatch.chdir(tmp_path)
    assert to_html(document) == first
    assert os.fspath(tmp_path) not in first


def test_three_thousand_derivations_make_a_page_of_a_few_megabytes(document):
    many = {
        f"cell/{i}": Derivation(f"cell/{i}", f"Value {i}", "1", "Consensus.", ("report/longo",))
        for i in range(3000)
    }
    text = to_html(replace(document, derivations={**document.derivations, **many}))
    assert text.count('<section class="why"') == 3007
    assert len(text) < 4_000_000

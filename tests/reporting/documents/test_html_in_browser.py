"""The page in a real browser: the dialog that follows a number down, without a network, wide and narrow."""

import re
import shutil
from importlib.resources import files

import pytest

from evisynth.reporting.documents import to_html

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
browser_test = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]
ARGUMENTS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
FIRST = "main p a.number"


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS.split())
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium, document, tmp_path):
    """Opens the page; afterwards nothing may have been loaded or complained about."""
    file = tmp_path / "report.html"
    file.write_text(to_html(document), encoding="utf-8")
    contexts, requests, complaints = [], [], []

    def open_page(**options):
        context = chromium.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(file.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert set(requests) == {file.as_uri()}
    assert complaints == []


class TestPage:
    pytestmark = browser_test

    def test_a_reader_walks_from_a_number_down_to_the_report_and_back(self, opened):
        page = opened()
        page.click(FIRST)
        assert page.inner_text("#why-title") == "Effect in the text"
        assert page.evaluate("document.activeElement.id") == "why-title"
        for key in ("analysis", "study", "cell", "extraction", "report"):
            page.click(f"#why-body a[href^='#why-{key}'] >> nth=0")
        assert page.inner_text("#why-title") == "Report: Longo 2008"
        assert page.locator("#why-path li").count() == 6
        page.click("#why-back")
        assert page.inner_text("#why-title") == "Longo 2008: events, by A B"
        page.click("#why-path a >> nth=1")
        assert page.inner_text("#why-title") == "Full serving"
        page.keyboard.press("Escape")
        assert not page.evaluate("document.getElementById('why').open")
        assert page.evaluate("document.activeElement.className") == "number"

    def test_the_address_names_the_derivation_and_back_walks_up_and_closes_the_panel(self, opened):
        page = opened()
        page.click(FIRST)
        page.click("#why-body a[href^='#why-analysis'] >> nth=0")
        assert page.url.endswith("#why-analysis/full")
        page.go_back()
        page.wait_for_function("document.getElementById('why-title').textContent === 'Effect in the text'")
        assert page.url.endswith("#why-claim/effect")
        page.go_back()
        page.wait_for_function("!document.getElementById('why').open")
        assert "#" not in page.url
        page.go_forward()
        page.wait_for_function("document.getElementById('why').open")

    @pytest.mark.parametrize("how", ["#why-close", "Escape"])
    def test_closing_the_panel_restores_the_address_and_keeps_the_place(self, opened, how):
        page = opened(viewport={"width": 800, "height": 300})
        page.evaluate("document.querySelector('main p a.number').scrollIntoView()")
        place = page.evaluate("scrollY")
        page.click(FIRST)
        page.click("#why-body a[href^='#why-analysis'] >> nth=0")
        if how == "Escape":
            page.keyboard.press("Escape")
        else:
            page.click(how)
        page.wait_for_function("location.hash === ''")
        assert not page.evaluate("document.getElementById('why').open")
        assert page.evaluate("scrollY") == place

    def test_the_address_of_a_derivation_opens_its_panel(self, opened):
        page = opened()
        page.evaluate("location.hash = '#why-analysis/full'")
        page.reload()
        assert page.inner_text("#why-title") == "Full serving"
        page.click("#why-body a[href^='#why-study'] >> nth=0")
        page.keyboard.press("Escape")
        page.wait_for_function("location.hash === '#why-analysis/full'")
        assert not page.evaluate("document.getElementById('why').open")
        page.click(FIRST)
        assert page.inner_text("#why-title") == "Effect in the text"

    def test_a_link_in_a_figure_opens_the_same_dialog(self, opened):
        page = opened()
        page.click("svg a >> nth=0")
        assert page.inner_text("#why-title") == "Longo 2008: risk ratio"

    def test_the_dialog_leads_to_the_folded_list_and_unfolds_it(self, opened):
        page = opened()
        assert page.locator("details.kind[open]").count() == 0
        page.click(FIRST)
        page.click("#why-place")
        assert page.evaluate("document.querySelector(':target').closest('details').open")
        page.evaluate("location.hash = '#why-report/longo'")
        page.wait_for_function("document.getElementById('why-report/longo').closest('details').open")

    def test_without_javascript_a_number_leads_to_the_list(self, opened):
        page = opened(java_script_enabled=False)
        page.click(FIRST)
        assert page.url.endswith("#why-claim/effect")
        assert page.locator("[id='why-claim/effect']").is_visible()

    @pytest.mark.parametrize("width", [360, 1280])
    def test_the_page_never_scrolls_sideways(self, opened, width):
        page = opened(viewport={"width": width, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.click(FIRST)
        assert page.evaluate("document.getElementById('why').scrollWidth") <= width


def contrast(first, second):
    """WCAG 2.2 contrast ratio of two colours."""

    def luminance(colour):
        long = colour if len(colour) == 6 else "".join(c * 2 for c in colour)
        parts = [int(long[i : i + 2], 16) / 255 for i in (0, 2, 4)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ink", ["ink", "soft", "link"])
@pytest.mark.parametrize("ground", ["paper", "band", "touch", "warn"])
def test_every_text_colour_has_aa_contrast_on_every_ground(theme, ink, ground):
    style = (
        files("evisynth.reporting.documents")
        .joinpath("html_assets", "report.css")
        .read_text(encoding="utf-8")
    )
    colours = dict(re.findall(r"--([a-z-]+): #([0-9a-f]+);", style.split(":root {")[theme + 1]))
    assert contrast(colours[ink], colours[ground]) >= 4.5

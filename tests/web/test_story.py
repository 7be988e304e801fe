"""The whole first half of a review by four people in a real browser: from the first link to the flow, and out again.

The data are those of examples/milk-oit. What people do again and again is done in the browser a few times, and by
support/milk_rest.py for the rest.
"""

import io
import json
import re
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from support import milk_rest
from support.milk_rest import EXAMPLE, decisions, reason_texts, table
from support.serving import Site
from support.somebody import Somebody, at_a_browser, first_link

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BY_KEYBOARD = 15  # records that each reviewer votes on by hand
SETTLED_BY_HAND = 4
SETTLING = 320  # ms in which a fresh record takes no vote; see static/evisynth/screening.js
SECRET = "Only for those who have voted"
TITLE = "Milk by mouth"


class Story:
    """The site and its people, and what the example's people decided, by the records that the pages name."""

    def __init__(self, site: Site, people: dict[str, Somebody]) -> None:
        self.site, self.people = site, people
        self.owner, self.a, self.b, self.c = (people[key] for key in ("owner", "ra", "rb", "rc"))
        self.slug = ""
        self.best: dict[str, str] = {}  # a record -> the one that stands for its publication
        self.votes: dict[
            tuple[str, str, str], dict[str, str]
        ] = {}  # by stage, person and record; the last counts
        self.consensus: dict[tuple[str, str], dict[str, str]] = {}

    def know_the_records(self) -> None:
        path = self.site.url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path)) as database:
            self.best = dict(
                database.execute(
                    "SELECT r.key, best.key FROM store_record r JOIN store_duplicategroup g ON g.id = r.group_id "
                    "JOIN store_record best ON best.id = g.best_id"
                )
            )
        for stage in ("title-abstract", "full-text"):
            for row in decisions(stage, "vote"):
                self.votes[stage, row["person"], self.best[row["record"]]] = row
            for row in decisions(stage, "consensus"):
                self.consensus[stage, self.best[row["record"]]] = row

    def rest(self, *steps: str) -> None:
        command = [sys.executable, milk_rest.__file__, self.site.url, self.slug, *steps]
        done = subprocess.run(command, env=self.site.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr


@pytest.fixture
def story(tmp_path, browser):
    """A fresh site, and four people at browsers of their own. What goes wrong in any of their pages fails the test."""
    site = Site(tmp_path, worker=True)
    site.start()
    names = {"owner": "Olga Brandt", "ra": "Rosa Alvarez", "rb": "Ruben Berg", "rc": "Rita Costa"}
    try:
        with ExitStack() as stack:
            people = {
                key: stack.enter_context(at_a_browser(browser, site, name)) for key, name in names.items()
            }
            yield Story(site, people)
    finally:
        site.stop()


def test_four_people_take_a_review_from_its_searches_to_its_flow(story, tmp_path):
    the_owner_starts_the_review(story)
    the_others_follow_their_links(story)
    the_owner_imports_all_exports_at_once(story)
    the_owner_decides_about_doubtful_duplicates(story)
    nobody_sees_a_vote_before_their_own(story)
    two_reviewers_screen_with_the_keyboard(story)
    story.rest("screening")
    the_adjudicator_settles_conflicts(story, "title-abstract")
    story.rest("conflicts")
    reports_are_sought(story)
    two_reviewers_read(story)
    story.rest("reading")
    the_adjudicator_settles_conflicts(story, "full-text")
    story.rest("conflicts")
    reports_become_studies(story)
    the_numbers_are_those_of_the_example(story)
    the_history_verifies(story)
    the_exported_folder_builds_the_same_flow(story, tmp_path)


# ------------------------------------------------------------------ the team, the protocol, the searches


def the_owner_starts_the_review(story: Story) -> None:
    owner = story.owner
    owner.joins(first_link(story.site))
    owner.follow("Start a review")
    owner.write(title=TITLE)
    owner.press("Start")
    owner.page.get_by_role("heading", name=TITLE).wait_for()
    story.slug = owner.page.url.rstrip("/").rpartition("/")[2]
    for person in story.people.values():
        person.slug = story.slug
    owner.follow("Protocol")
    owner.follow("Change the question and criteria")
    owner.write(
        population="People with cow's milk allergy", include_criteria="Randomised trials\nOral immunotherapy",
        exclude_criteria="Immunotherapy under the tongue",
    )  # fmt: skip
    owner.press("Save")
    assert "Oral immunotherapy" in owner.text()
    owner.follow("Reasons to exclude")
    for text in reason_texts().values():
        owner.page.get_by_label("A further reason").fill(text)
        owner.press("Add")
        owner.page.locator(f'input[name="text"][value="{text}"]').wait_for()


def the_others_follow_their_links(story: Story) -> None:
    owner = story.owner
    for person, role in ((story.a, "reviewer"), (story.b, "reviewer"), (story.c, "adjudicator")):
        owner.go("team/invite/")
        owner.write(name=person.name)
        for box in owner.page.get_by_role("checkbox").all():
            box.set_checked(box.get_attribute("value") == role)
        owner.press("Make the link")
        person.joins(owner.page.get_by_label("Link", exact=True).input_value())
        person.page.get_by_role("heading", name=TITLE).wait_for()
    owner.go("team/")
    assert all(person.name in owner.text() for person in story.people.values())


def the_owner_imports_all_exports_at_once(story: Story) -> None:
    owner = story.owner
    page = owner.page
    owner.follow("Searches")
    owner.follow("Upload files")
    sources = table("searches.csv")
    files = [EXAMPLE / file for source in sources for file in source["file"].split(";")]
    page.get_by_label("Exports of your databases").set_input_files([str(file) for file in files])
    owner.press("Send")
    assert f"{len(files)} files sent" in owner.told()
    for source in sources:
        for file in source["file"].split(";"):
            part = page.locator("section.upload").filter(
                has=page.get_by_role("heading", name=Path(file).name, exact=True)
            )
            part.locator("[name$='-kind']").select_option(source["kind"])
            owner.write(
                part, **{"-key": source["source"], "-name": source["name"], "-platform": source["platform"],
                         "-searched": source["searched"], "-coverage": source["coverage"], "-limits": source["limits"],
                         "-strategy": (EXAMPLE / source["strategy"]).read_text(encoding="utf-8")},
            )  # fmt: skip
    page.wait_for_function("document.querySelector('.preview progress') === null", timeout=120_000)
    assert "could not be read" not in owner.text()
    owner.press("Import the files that are ticked")
    assert page.get_by_role("progressbar").count() == 1
    page.get_by_text("Done.").wait_for(timeout=300_000)
    assert "4627" in owner.text()


def the_owner_decides_about_doubtful_duplicates(story: Story) -> None:
    """As the example's duplicates.csv says: three pairs of the queue stay apart, and six more are decided by name."""
    owner = story.owner
    page = owner.page
    owner.follow("Look at pairs that may be duplicates")
    pair = page.locator("table.compare thead")
    while pair.count():
        before = pair.inner_text()
        owner.page.keyboard.press("k")
        page.wait_for_function(
            "before => document.querySelector('table.compare thead')?.innerText !== before", arg=before
        )
    page.get_by_text("No pair waits to be checked").wait_for()
    owner.follow("Decisions and undo")
    decided = owner.text()
    for row in table("duplicates.csv"):
        if row["decision"] == "merge":
            owner.go(f"duplicates/merge/?a={row['record_a']}&b={row['record_b']}")
            owner.write(reason=row["reason"])
            owner.press("Merge")
            page.wait_for_url("**/duplicates/?record=*")
            assert "error" not in (page.locator("#messages .message").first.get_attribute("class") or "")
    assert decided.count("keep apart") == 3
    owner.go("duplicates/")
    assert "4627 records are 2111 publications." in owner.text()
    owner.go()
    assert box(owner, "Records screened") == 2111
    story.know_the_records()


# ------------------------------------------------------------------ screening, blind and in duplicate


def record_shown(person: Somebody) -> str:
    return person.page.locator("#vote input[name='record']").input_value()


def press_key(person: Somebody, key: str) -> str:
    """Press a key when the page takes it; gives the record that is shown then."""
    before = record_shown(person)
    person.page.wait_for_timeout(SETTLING)
    person.page.keyboard.press(key)
    person.page.wait_for_function(
        "before => { const now = document.querySelector('#vote input[name=record]');"
        " return now !== null && now.value !== before; }",
        arg=before,
    )
    return record_shown(person)


def without_tokens(text: str) -> str:
    return re.sub(r'(csrfmiddlewaretoken" value="|X-CSRFToken": ")\w+', r"\1", text)


def nobody_sees_a_vote_before_their_own(story: Story) -> None:
    """What B is sent about a record is the same to the letter before and after A votes on it, with a note."""
    a, b = story.a, story.b
    a.go("screening/")
    record = record_shown(a)
    pages = [f"screening/?record={record}", f"screening/record/{record}/", "screening/list/", "", "flow/", "agreement/",
             "conflicts/", "team/", f"history/?record={record}", "export/list/waiting.csv"]  # fmt: skip
    address = f"{story.site.address}/r/{story.slug}/"
    before = {path: without_tokens(b.context.request.get(address + path).text()) for path in pages}
    a.page.keyboard.press("t")
    a.page.keyboard.type(SECRET)
    a.page.keyboard.press("Escape")
    assert press_key(a, key_of(story, "ra", record)) != record
    for path, was in before.items():
        now = without_tokens(b.context.request.get(address + path).text())
        assert now == was, f"{path or 'overview'} tells that somebody voted"
    for path in (
        "history/",
        "export/",
        "export/decisions.csv",
    ):  # these tell that there is something, not what
        text = b.context.request.get(address + path).text()
        assert SECRET not in text
        assert record not in text


def key_of(story: Story, person: str, record: str, stage: str = "title-abstract") -> str:
    return {"include": "i", "exclude": "e", "maybe": "m"}[story.votes[stage, person, record]["decision"]]


def two_reviewers_screen_with_the_keyboard(story: Story) -> None:
    for key, person in (("ra", story.a), ("rb", story.b)):
        other = story.b if person is story.a else story.a
        person.go("screening/")
        loads = person.loads
        assert "Oral immunotherapy" in person.page.get_by_label("Criteria").inner_text()
        for n in range(BY_KEYBOARD):
            sent = person.page.content()
            assert other.name not in sent
            assert SECRET not in sent
            if n == 3:  # a slip, taken back
                slip = record_shown(person)
                press_key(person, "m")
                assert press_key(person, "z") == slip
            press_key(person, key_of(story, key, record_shown(person)))
        assert person.loads == loads  # no whole page was loaded
        assert re.search(rf"\b{BY_KEYBOARD + (key == 'ra')} voted by me", person.text())


def the_adjudicator_settles_conflicts(story: Story, stage: str) -> None:
    c = story.c
    c.go(f"conflicts/?stage={stage}")
    c.page.get_by_role("table").get_by_role("link").first.click()
    for _ in range(SETTLED_BY_HAND):
        c.page.locator("#decide").wait_for()
        address = c.page.url
        record = (
            c.page.locator("#decide").get_attribute("action").rstrip("/").split("/")[-2].replace("%3A", ":")
        )  # type: ignore[union-attr]
        votes = c.page.locator(".vote-of")
        assert sorted(votes.locator("h2").all_inner_texts()) == [story.a.name, story.b.name]
        row = story.consensus[stage, record]
        choose(story, c, row["decision"], row["reason"])
        c.page.keyboard.press("Enter")
        c.page.wait_for_url(lambda url, before=address: url != before)
        assert f"Settled: {row['decision']}" in c.told()


def choose(story: Story, person: Somebody, decision: str, reason: str) -> None:
    """Choose by the key that stands beside the choice."""
    text = f"Exclude: {reason_texts()[reason]}" if reason else decision.title()
    choice = person.page.locator("#decide .choice").filter(has=person.page.get_by_text(text, exact=True))
    person.page.keyboard.press(choice.locator("kbd").inner_text().lower())
    assert choice.locator("input").is_checked()


# ------------------------------------------------------------------ full text and studies


def reports_are_sought(story: Story) -> None:
    b, page = story.b, story.b.page
    lost, *_ = [row for row in table("reports.csv") if row["retrieved"] == "no"]
    b.go(f"full-text/{story.best[lost['record']]}/")
    retrieval = page.locator("form").filter(has=page.get_by_role("heading", name="Retrieval"))
    retrieval.get_by_role("radio", name="cannot be had").check()
    retrieval.get_by_label("Why it cannot be had").fill(lost["reason"])
    retrieval.get_by_role("button", name="Save").click()
    assert "Saved" in b.told()
    assert "not retrieved" in b.text()
    first, second, *_ = table("reports.csv")
    b.go(f"full-text/{story.best[first['record']]}/")
    page.get_by_label("Add the PDF").set_input_files(
        [{"name": "Longo 2008.pdf", "mimeType": "application/pdf", "buffer": pdf()}]
    )
    page.get_by_role("button", name="Add", exact=True).click()
    assert "Longo 2008.pdf is kept" in b.told()
    b.go(f"full-text/{story.best[second['record']]}/")
    retrieval.get_by_role("radio", name="is retrieved").check()
    retrieval.get_by_role("button", name="Save").click()
    assert "Saved" in b.told()
    story.rest("reports")
    b.go("full-text/?show=all")
    assert "162" in b.text()


def pdf() -> bytes:
    from matplotlib.figure import Figure

    page = Figure(figsize=(4, 5))
    page.text(0.1, 0.9, "Specific oral tolerance induction: stands for the report.")
    stream = io.BytesIO()
    page.savefig(stream, format="pdf")
    return stream.getvalue()


def two_reviewers_read(story: Story) -> None:
    for key, person in (("ra", story.a), ("rb", story.b)):
        person.go("full-text/?show=mine")
        person.page.get_by_role("table").get_by_role("link").first.click()
        for _ in range(3):
            person.page.locator("#decide").wait_for()
            address = person.page.url
            record = address.rstrip("/").rpartition("/")[2].replace("%3A", ":")
            row = story.votes["full-text", key, record]
            choose(story, person, row["decision"], row["reason"])
            person.page.keyboard.press("Enter")
            person.page.wait_for_url(lambda url, before=address: url != before)
            assert "Your vote is saved" in person.told()


def reports_become_studies(story: Story) -> None:
    a, page = story.a, story.a.page
    a.go("studies/")
    assert "21 included reports belong to no study yet" in a.text()
    a.follow("Find their studies")
    record_of = {row["report"]: story.best[row["record"]] for row in table("reports.csv")}
    article = page.locator("article").filter(
        has=page.locator(f"a[href$='/full-text/{record_of['longo-2008-article']}/']")
    )
    while not article.count():
        a.follow("Next")
        page.wait_for_load_state()
    article.get_by_role("link", name="A study of its own").click()
    a.write(name="Longo 2008")
    a.press("Make the study")
    assert "Longo 2008 is a study now" in a.told()
    a.go(f"full-text/{record_of['longo-2008-meeting']}/")
    second = page.locator("main p > strong").first.inner_text()
    a.go("studies/longo-2008/")
    page.get_by_label("Report", exact=True).fill(second)
    page.get_by_role("button", name="Add", exact=True).click()
    assert f"{second} is a report of Longo 2008" in a.told()
    a.go("studies/")
    assert "19 included reports belong to no study yet" in a.text()
    story.rest("studies")


# ------------------------------------------------------------------ what comes of it


def box(person: Somebody, label: str) -> int:
    """The number of a box of the flow."""
    text = person.page.locator(".flow .box > a").filter(has_text=label).locator("strong").inner_text()
    return int(text)


def the_numbers_are_those_of_the_example(story: Story) -> None:
    for person in story.people.values():
        for path in ("", "flow/"):
            person.go(path)
            assert box(person, "Records screened") == 2111
            assert box(person, "Duplicates removed") == 2516
            assert box(person, "Records excluded") == 1949
            assert box(person, "Not retrieved") == 5
            assert box(person, "Reports assessed") == 157
            assert box(person, "Reports excluded") == 136
            assert box(person, "Studies included") == 5
            assert "reports of them 16" in person.text()
    story.owner.go("agreement/")
    kappas = re.findall(r"\d\.\d+ \(95% CI [^)]*\)", story.owner.text())
    # As `evisynth demo milk` builds them: 0.7540 (0.7002 to 0.8078) and 0.8653 (0.7497 to 0.9809).
    assert kappas == ["0.75 (95% CI 0.70 to 0.81)", "0.87 (95% CI 0.75 to 0.98)"]


def the_history_verifies(story: Story) -> None:
    story.owner.go("history/")
    story.owner.press("Verify that nothing was changed")
    said = story.owner.page.get_by_text("events follow one another unchanged").inner_text()
    assert re.search(r"All \d{3,} events", said)
    assert story.site.run("verify").returncode == 0


def the_exported_folder_builds_the_same_flow(story: Story, tmp_path: Path) -> None:
    owner, page = story.owner, story.owner.page
    owner.go("export/")
    owner.press("Make the folder")
    page.get_by_text("Done.").wait_for(timeout=120_000)
    with page.expect_download() as given:
        owner.follow("Download")
    folder = tmp_path / "folder"
    zipfile.ZipFile(given.value.path()).extractall(folder)
    inner = next(folder.rglob("review.yaml")).parent
    built = story.site.run("build", inner, "--out", tmp_path / "report", check=False)
    assert (tmp_path / "report/results.json").exists(), built.stdout + built.stderr
    flow = json.loads((tmp_path / "report/results.json").read_text(encoding="utf-8"))["flow"]
    assert (flow["records"], flow["duplicates_removed"], flow["screened"]) == (4627, 2516, 2111)
    assert (flow["excluded_screening"], flow["sought"], flow["not_retrieved"]) == (1949, 162, 5)
    assert (flow["assessed"], flow["excluded_full_text"], flow["included_reports"]) == (157, 136, 16)
    assert (flow["included_studies"], flow["ongoing_studies"], flow["awaiting_studies"]) == (5, 3, 2)
    assert flow["waiting_screening"] == flow["waiting_full_text"] == flow["reports_without_study"] == 0

"""Pictures of every page of the web application, for docs/screenshots.

    python tools/screenshots.py [NAME ...] [--out docs/screenshots]

Makes the milk example as it is in the middle of the work, in a database that is thrown away, serves it on this
machine alone, and takes each page at 1280 and at 360 px. With names, only those pages. The clock of what was done is
set to one day, so that a picture changes only when its page does.
"""
# ruff: noqa: PLC0415 - the database is open before its models are imported, and pictures load late

import argparse
import csv
import io
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tools")]

from support.browser import launched  # noqa: E402 - the path is set
from support.serving import PASSWORD, Site  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

EXAMPLE = ROOT / "examples/milk-oit"
THE_DAY = datetime(2012, 11, 5, 9, 30, tzinfo=UTC)
SCREENED_BY_BOTH, SCREENED_BY_ONE = 0.75, 0.85  # of the records
READ_BY_BOTH, READ_BY_ONE = 0.5, 0.7  # of the reports
OPEN_CONFLICTS = 6
WIDTHS = {1280: 1400, 360: 1500}  # -> the most that is shown of a page's height
COLOURS = 64
NAMES = {
    "Reviewer A (simulated)": "Anna Lind",
    "Reviewer B (simulated)": "Ben Okafor",
    "Adjudicator C (simulated)": "Clara Ruiz",
    "Statistician S (simulated)": "Sten Holm",
}
RIS = """TY  - JOUR
AU  - Longo, G
TI  - Specific oral tolerance induction in children with very severe cow's milk-induced reactions
JO  - J Allergy Clin Immunol
PY  - 2008
VL  - 121
SP  - 343
DO  - 10.1016/j.jaci.2007.10.029
ER  -
TY  - JOUR
AU  - Invented, A
TI  - An invented record of a citation search
JO  - Journal of Inventions
PY  - 2011
ER  -
"""

# ------------------------------------------------------------------ the review in the middle of the work


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: list[dict[str, str]]) -> None:
    names = list(rows_of(EXAMPLE / path.name)[0])
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def half_done(folder: Path) -> Path:
    """A copy of the example in which screening is three quarters done, reading half, and some conflicts wait."""
    copy = Path(shutil.copytree(EXAMPLE, folder / "milk-oit"))
    for name in (
        "arms.csv",
        "contacts.csv",
        "extraction.csv",
        "appraisal.csv",
        "certainty.yaml",
        "analyses.yaml",
    ):
        (copy / name).unlink()
    (copy / "report.md").write_text("", encoding="utf-8")
    text = (copy / "review.yaml").read_text(encoding="utf-8")
    for old, new in NAMES.items():
        text = text.replace(old, new)
    (copy / "review.yaml").write_text(text, encoding="utf-8")
    rows = rows_of(copy / "duplicates.csv")
    write(
        copy / "duplicates.csv", [row for row in rows if not row["record_a"].startswith("embase-conferences")]
    )
    reports = _screening(copy)
    links = [row for row in rows_of(copy / "study_reports.csv") if row["report"] in reports]
    links = links[: len(links) * 2 // 3]
    write(copy / "study_reports.csv", links)
    named = {row["study"] for row in links}
    write(copy / "studies.csv", [row for row in rows_of(copy / "studies.csv") if row["study"] in named])
    return copy


def _screening(copy: Path) -> set[str]:
    """Cut screening.csv and reports.csv; gives the reports that both have read."""
    rows = rows_of(copy / "screening.csv")
    records = list(dict.fromkeys(row["record"] for row in rows if row["stage"] == "title-abstract"))
    place = {record: number / len(records) for number, record in enumerate(sorted(records, key=_mixed))}
    settled = [
        row["record"] for row in rows if row["kind"] == "consensus" and row["stage"] == "title-abstract"
    ]
    done = [record for record in settled if place[record] < SCREENED_BY_BOTH]
    waiting = set(done[-OPEN_CONFLICTS:])

    def stays(row: dict[str, str]) -> bool:
        if row["kind"] == "consensus":
            return place[row["record"]] < SCREENED_BY_BOTH and row["record"] not in waiting
        return place[row["record"]] < (SCREENED_BY_ONE if row["person"] == "ra" else SCREENED_BY_BOTH)

    first = [row for row in rows if row["stage"] == "title-abstract" and stays(row)]
    in_full = [row for row in rows if row["stage"] == "full-text"]
    settled = [row["record"] for row in in_full if row["kind"] == "consensus"]
    reports = [
        row for row in rows_of(copy / "reports.csv")
        if place[row["record"]] < SCREENED_BY_BOTH and row["record"] not in waiting
    ]  # fmt: skip
    reports.sort(key=lambda row: (row["record"] not in settled, row["retrieved"] == "yes"))
    of_both = {row["record"] for row in reports[: int(len(reports) * READ_BY_BOTH)]}
    of_one = {row["record"] for row in reports[: int(len(reports) * READ_BY_ONE)]}
    open_there = set([record for record in settled if record in of_both][-2:])
    second = [
        row for row in in_full
        if row["record"] in (of_one if row["person"] == "ra" else of_both)
        and not (row["kind"] == "consensus" and row["record"] in open_there)
    ]  # fmt: skip
    write(copy / "screening.csv", first + second)
    write(copy / "reports.csv", [row for row in reports if row["record"] in of_one])
    return {row["report"] for row in reports if row["record"] in of_both - open_there}


def _mixed(record: str) -> tuple[int, str]:
    """A fixed order that mixes the sources."""
    source, _, number = record.rpartition(":")
    return int(number) * 7919 % 10007, source


# ------------------------------------------------------------------ what a folder does not bring


@contextmanager
def on_the_day() -> Iterator[None]:
    with patch("django.utils.timezone.now", return_value=THE_DAY):
        yield


def furnish(slug: str) -> None:
    """Labels, notes, words, a PDF, an import that was done and a file that waits."""
    from evisynth.store import models
    from evisynth.store.notes import add_note, put_label
    from evisynth.store.reports import add_file
    from evisynth.store.review_settings import add_label, change_settings
    from evisynth.store.uploads import keep, look_into

    review = models.Review.objects.get(slug=slug)
    anna, ben = (models.Membership.objects.get(review=review, key=key) for key in ("ra", "rb"))
    words = {
        "highlight_include": ["random*", "oral immunotherapy", "placebo", "milk"],
        "highlight_exclude": ["mice", "lactose", "case report"],
    }
    change_settings(anna, words)
    for name, colour in (("ask the team", "blue"), ("only an abstract", "amber")):
        add_label(anna, name, colour)
    items = models.ScreeningItem.objects.filter(review=review, stage="title-abstract").order_by(
        "shuffled", "pk"
    )
    waits = [item.group.best.key for item in items.filter(state="waiting").select_related("group__best")[:3]]
    put_label(ben, "title-abstract", waits[:1], "ask the team")
    add_note(ben, "title-abstract", waits[0], "Is this the trial of which the meeting abstract is in Embase?")
    report = models.Report.objects.get(review=review, key="longo-2008-article")
    add_file(anna, report.record.key, f"{report.key}.pdf", io.BytesIO(pdf()))
    _import(anna)
    upload = keep(review, anna.user, "central.ris", (EXAMPLE / "searches/central.ris").read_bytes())
    upload.plan = {"key": "central-2013", "name": "CENTRAL", "platform": "Cochrane Library", "update": 1}
    upload.save(update_fields=["plan"])
    look_into(upload, anna.user)
    _work()
    models.Job.objects.update(created=THE_DAY)


def _import(anna: Any) -> None:
    from evisynth.store.import_asking import ask_import
    from evisynth.store.uploads import keep, look_into

    upload = keep(anna.review, anna.user, "citations.ris", RIS.encode())
    look_into(upload, anna.user)
    _work()
    about = {"name": "Reference lists of included trials", "kind": "citations", "update": 0}
    ask_import(anna, [(upload.pk, "citations")], {"citations": about})
    _work()


def _work() -> None:
    """Do what waits in the background."""
    from evisynth.store.jobs import carry_out, take_up

    while (job := take_up()) is not None:
        carry_out(job)


def pdf() -> bytes:
    from matplotlib.figure import Figure

    page = Figure(figsize=(6, 8))
    page.text(0.08, 0.93, "A report in full text", size=16, weight="bold")
    lines = (
        "This page stands for the PDF of a trial report.\nIt is read here, beside the criteria and the vote."
    )
    page.text(0.08, 0.86, lines, size=11, va="top", linespacing=1.8)
    stream = io.BytesIO()
    page.savefig(stream, format="pdf", metadata={"CreationDate": None})
    return stream.getvalue()


# ------------------------------------------------------------------ the pages


@dataclass(frozen=True)
class Shot:
    """A picture: its name, who sees the page, its path below the review ("/..." of the site), and what is done first."""

    name: str
    who: str
    path: str
    first: Callable[["Page"], Any] | None = None


def follow(selector: str) -> Callable[["Page"], Any]:
    def act(page: "Page") -> None:
        page.locator(selector).first.click()
        page.wait_for_load_state()

    return act


def press(key: str) -> Callable[["Page"], Any]:
    return lambda page: page.keyboard.press(key)


def choose_many(page: "Page") -> None:
    for box in page.locator("table input[type=checkbox]").all()[:4]:
        box.check()
    page.get_by_role("button", name="Exclude", exact=True).click()
    page.wait_for_load_state()


SHOTS = (
    Shot("login", "", "/accounts/login/"),
    Shot("my-work", "ra", "/"),
    Shot("start-review", "ra", "/reviews/new/"),
    Shot("load-review", "ra", "/reviews/load/"),
    Shot("account", "ra", "/accounts/"),
    Shot("overview", "ra", ""),
    Shot("protocol", "ra", "protocol/"),
    Shot("protocol-question", "ra", "protocol/", follow("text=Change the question and criteria")),
    Shot("protocol-outcome", "ra", "protocol/", follow("section[aria-labelledby=outcomes] td a")),
    Shot("protocol-lock", "ra", "protocol/", follow("main a[href$='/lock/']")),
    Shot("team", "ra", "team/"),
    Shot("invite", "ra", "team/invite/"),
    Shot("remove", "ra", "team/people/rb/remove/"),
    Shot("settings", "ra", "settings/"),
    Shot("reasons", "ra", "settings/reasons/"),
    Shot("labels", "ra", "settings/labels/"),
    Shot("portions", "ra", "settings/portions/title-abstract/"),
    Shot("searches", "ra", "searches/"),
    Shot("uploads", "ra", "searches/uploads/"),
    Shot("source", "ra", "searches/of/medline/"),
    Shot("job", "ra", "jobs/", follow("main td a >> text=Importing")),
    Shot("jobs", "ra", "jobs/"),
    Shot("duplicates", "ra", "duplicates/"),
    Shot("duplicates-check", "ra", "duplicates/check/"),
    Shot("duplicates-merge", "ra", "duplicates/merge/?a=medline:735&b=pubmed:556"),
    Shot("duplicates-decisions", "ra", "duplicates/decisions/"),
    Shot("screening", "rb", "screening/"),
    Shot("screening-keys-shown", "rb", "screening/", press("?")),
    Shot("screening-filter", "rb", "screening/", press("/")),
    Shot("screening-list", "rb", "screening/list/"),
    Shot("screening-many", "rb", "screening/list/", choose_many),
    Shot("screening-keys", "rb", "screening/keys/"),
    Shot("record", "rb", "screening/list/?vote=any", follow("table.records td a")),
    Shot("full-text", "rb", "full-text/?show=all"),
    Shot("report", "rb", "full-text/?show=mine", follow("table td a")),
    Shot("report-pdf", "ra", "full-text/medline:735/"),
    Shot("conflicts", "rc", "conflicts/"),
    Shot("conflict", "rc", "conflicts/?stage=title-abstract", follow("table td a")),
    Shot("conflict-full-text", "rc", "conflicts/?stage=full-text", follow("table td a")),
    Shot("studies", "ra", "studies/"),
    Shot("study", "ra", "studies/longo-2008/"),
    Shot("reports-without-study", "ra", "studies/without-study"),
    Shot("agreement", "ra", "agreement/"),
    Shot("flow", "ra", "flow/"),
    Shot("records", "ra", "flow/", follow(".flow .box a")),
    Shot("history", "ra", "history/"),
    Shot("export", "ra", "export/"),
)


def taken(
    browser: "Browser", site: Site, slug: str, shot: Shot, width: int, sessions: dict[str, Any]
) -> bytes:
    """The page as a PNG. A page that fails, or scrolls sideways, is an error."""
    context = browser.new_context(
        viewport={"width": width, "height": 900 if width > 360 else 740},
        storage_state=sessions.get(shot.who),
        color_scheme="light",
        reduced_motion="reduce",
    )
    try:
        page = context.new_page()
        path = shot.path if shot.path.startswith("/") else f"/r/{slug}/{shot.path}"
        answer = page.goto(site.address + path)
        if answer is None or not answer.ok:
            raise SystemExit(f"{shot.name}: {path} answered {answer and answer.status}")
        page.wait_for_load_state("networkidle")
        if shot.first:
            shot.first(page)
            page.wait_for_load_state("networkidle")
        page.wait_for_timeout(1500 if page.locator("iframe").count() else 200)
        height = page.evaluate("document.documentElement.scrollHeight")
        page.set_viewport_size({"width": width, "height": min(max(height, 500), WIDTHS[width])})
        return page.screenshot()
    finally:
        context.close()


def signed_in(browser: "Browser", site: Site, key: str) -> Any:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{site.address}/accounts/login/")
    page.fill("[name=login]", f"{key}@example.org")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.address}/")
    state = context.storage_state()
    context.close()
    return state


def smaller(png: bytes) -> bytes:
    """The picture with few colours, which text and plain grounds do not need more of."""
    from PIL import Image

    out = io.BytesIO()
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    picture.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
        out, "PNG", optimize=True
    )
    return out.getvalue()


def prepared(folder: Path) -> tuple[Site, str]:
    """The site with the review in the middle of the work, not started yet."""
    from evisynth.cli.serve import settle_environment
    from evisynth.store.database import open_database

    site = Site(folder, worker=True)
    settle_environment(site.url)
    open_database(site.url)
    with on_the_day():
        slug = site.load(half_done(folder))
        furnish(slug)
    return site, slug


def main() -> int:
    parser = argparse.ArgumentParser(description="Pictures of every page of the web application.")
    parser.add_argument("names", nargs="*", help="the pages; all when none is given")
    parser.add_argument("--out", type=Path, default=ROOT / "docs/screenshots")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        site, slug = prepared(Path(temporary))
        site.start()
        try:
            with launched() as browser:
                sessions = {key: signed_in(browser, site, key) for key in ("ra", "rb", "rc")}
                for shot in SHOTS:
                    if given.names and shot.name not in given.names:
                        continue
                    for width in WIDTHS:
                        picture = smaller(taken(browser, site, slug, shot, width, sessions))
                        (given.out / f"{shot.name}-{width}.png").write_bytes(picture)
                    print(shot.name, flush=True)
        finally:
            site.stop()
    total = sum(path.stat().st_size for path in given.out.glob("*.png"))
    print(f"{total / 2**20:.1f} MB in {given.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What was merged and why, side by side, for a person to check, and the trials: as one HTML page and as CSV."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import NamedTuple

from evisynth.reporting.documents.csv import neutral
from evisynth.search.duplicates import Grouping, Merge, StudyLink, joined_record, study_links
from evisynth.search.record import Record

# An abstract is shown by its beginning; the records themselves have the rest.
SHOWN_ABSTRACT = 300
# The page shows the merges that most deserve a look, weakest first; a browser stumbles over more of them.
SHOWN_MERGES = 2000
FIELDS = (
    "title", "authors", "year", "journal", "volume", "issue", "pages", "doi", "pmid", "registry ids", "abstract",
    "database", "accession",
)  # fmt: skip
# With more merges than this the sections of the reasons are folded.
SHOWN_OPEN = 20
MERGED, TO_CHECK, TRIAL = "merged", "to check", "trial"


class Source(NamedTuple):
    """A file that was read: its path, what its records are called by before ":", and what became of them."""

    file: str
    name: str = ""
    records: int = 0
    lost: int = 0
    problems: int = 0


def shown(record: Record) -> tuple[str, ...]:
    """The record's fields as text, in the order of `FIELDS`."""
    abstract = record.abstract[:SHOWN_ABSTRACT] + ("…" if len(record.abstract) > SHOWN_ABSTRACT else "")
    return (
        record.title,
        "; ".join(record.authors),
        "" if record.year is None else str(record.year),
        record.journal or record.journal_abbreviation,
        record.volume,
        record.issue,
        record.pages,
        record.doi,
        record.pmid,
        "; ".join(record.registry_ids),
        abstract,
        record.database,
        record.accession,
    )


def differing(a: Record, b: Record) -> tuple[str, ...]:
    """The names of the fields in which two records differ, case and blanks aside."""
    pairs = zip(FIELDS, shown(a), shown(b), strict=True)
    return tuple(name for name, x, y in pairs if plain(x) != plain(y))


def plain(text: str) -> str:
    return " ".join(text.casefold().split())


def all_merges(grouping: Grouping) -> list[Merge]:
    """Every merge, weakest first."""
    merges = (merge for group in grouping.groups for merge in group.merges)
    return sorted(merges, key=lambda merge: (merge.score, merge.a, merge.b))


def linked_trials(records: Mapping[str, Record], grouping: Grouping) -> tuple[StudyLink, ...]:
    """The trials of the groups: a group goes in as one record, and is named by the fullest of its own."""
    return study_links(
        {
            group.best: joined_record([records[name] for name in group.members])
            if len(group.members) > 1
            else records[group.best]
            for group in grouping.groups
        }
    )


def merge_rows(
    records: Mapping[str, Record], grouping: Grouping, trials: Sequence[StudyLink] = ()
) -> Iterator[list[str]]:
    """The rows of a CSV: merged pairs, weakest first, those that a person should check, likeliest first, and trials.

    Columns: what, a, b, reason, score, the fields that differ, and each field of both records. Of a trial a row
    has its first record, a registration where there is one, and one of the others; a score it has not. Cells
    that a spreadsheet would run as a formula are made text.
    """
    yield [
        "what",
        "a",
        "b",
        "reason",
        "score",
        "differ",
        *(f"{name} {side}" for name in FIELDS for side in "ab"),
    ]
    rows = [
        (what, pair.a, pair.b, pair.reason, f"{pair.score:.4f}")
        for what, pairs in ((MERGED, all_merges(grouping)), (TO_CHECK, grouping.review_band))
        for pair in pairs
    ]
    for trial in trials:
        first, *others = (*trial.registrations, *trial.reports)
        rows += [(TRIAL, first, other, f"trial {'; '.join(trial.numbers)}", "") for other in others]
    for head in rows:
        a, b = records[head[1]], records[head[2]]
        both = [text for sides in zip(shown(a), shown(b), strict=True) for text in sides]
        yield [neutral(text) for text in (*head, "; ".join(differing(a, b)), *both)]


def merges_html(
    records: Mapping[str, Record],
    grouping: Grouping,
    sources: Sequence[Source] = (),
    trials: Sequence[StudyLink] = (),
) -> str:
    """One page without scripts or anything from outside: counts, the pairs to check, the merges by reason.

    Differing fields are marked by colour, the word "differs" and, on a wide page, bold type. Of more than 2,000 merges the
    weakest are shown; the page says so. The reasons are its table of contents, and of many merges they are folded.
    """
    merges = all_merges(grouping)
    parts = [
        "<h1>Duplicates</h1>",
        counts(len(records), grouping, merges, sources, trials),
        f'<h2 id="check">To check ({len(grouping.review_band):,})</h2>',
        "<p>These pairs are alike, but no rule says that they are one publication; likeliest first.</p>",
        *(pair_table(records, pair) for pair in grouping.review_band[:SHOWN_MERGES]),
        *others(len(grouping.review_band), "pair"),
        *trials_shown(records, trials),
        f'<h2 id="merged">Merged ({len(merges):,})</h2>',
        "<p>By reason, the least alike first: what is wrong, if anything, stands near the top.</p>",
        *merges_shown(records, merges),
        *others(len(merges), "merge"),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Duplicates</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(parts)
        + "\n</body>\n</html>\n"
    )


def by_reason(merges: Iterable[Merge]) -> dict[str, list[Merge]]:
    """Merges by reason; the reason of the weakest one first."""
    found: dict[str, list[Merge]] = {}
    for merge in merges:
        found.setdefault(merge.reason, []).append(merge)
    return found


def merges_shown(records: Mapping[str, Record], merges: Sequence[Merge]) -> Iterator[str]:
    """A section a reason, which can be folded. A link to the text within opens it."""
    weakest = set(merges[:SHOWN_MERGES])
    state = " open" if len(merges) <= SHOWN_OPEN else ""
    for place, (reason, each) in enumerate(by_reason(merges).items(), start=1):
        pairs = [pair_table(records, pair) for pair in each if pair in weakest]
        told = f"{len(each):,} merged" + (
            f"; the {len(pairs):,} least alike are shown" if pairs else "; in the CSV file"
        )
        told = f"{len(each):,} merged" if len(pairs) == len(each) else told
        yield f"<details{state}><summary>{escape(sentence(reason))} <span>{len(each):,}</span></summary>"
        yield f'<p id="reason-{place}">{told}.</p>'
        yield from pairs
        yield "</details>"


def others(count: int, what: str) -> Iterator[str]:
    """How many things of a kind the page does not show, where there are any."""
    if (left := count - SHOWN_MERGES) > 0:
        yield f"<p>The other {f'{left:,} {what}s are' if left > 1 else f'{what} is'} in the CSV file.</p>"


def trials_shown(records: Mapping[str, Record], trials: Sequence[StudyLink]) -> Iterator[str]:
    """A table of the trials: numbers, registrations and reports. Nothing where no trial has two records."""
    if not trials:
        return
    yield f'<h2 id="trials">Trials ({len(trials):,})</h2>'
    yield "<p>A trial's registration and the reports that name its number are one study, and not merged.</p>"
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("number", "registrations", "reports"))
    yield f'<table class="trials"><thead><tr>{heads}</tr></thead><tbody>'
    for trial in trials[:SHOWN_MERGES]:
        cells = (
            f'<td data-of="{of}">{named(records, names)}</td>'
            for of, names in (("registrations", trial.registrations), ("reports", trial.reports))
        )
        number = escape("; ".join(trial.numbers))
        yield f'<tr><th scope="row">{number}</th>{"".join(cells)}</tr>'
    yield "</tbody></table>"
    yield from others(len(trials), "trial")


def named(records: Mapping[str, Record], names: Iterable[str]) -> str:
    """Records by id and title, each on its line."""
    return "<br>".join(f"<b>{escape(name)}</b> {escape(records[name].title)}" for name in names) or "none"


def counts(
    size: int,
    grouping: Grouping,
    merges: Iterable[Merge],
    sources: Sequence[Source],
    trials: Sequence[StudyLink] = (),
) -> str:
    """What was read, the numbers for the flow diagram, and the merges by reason, each linked to its part of the page."""
    rows = [
        ("Records", size, ""),
        ("Publications", len(grouping.groups), ""),
        ("Duplicates removed", size - len(grouping.groups), "merged"),
        ("Pairs to check", len(grouping.review_band), "check"),
        ("Trials with two or more publications", len(trials), "trials" if trials else ""),
    ]
    reasons = [
        (reason, len(each), f"reason-{place}")
        for place, (reason, each) in enumerate(by_reason(merges).items(), start=1)
    ]
    return (
        sources_shown(sources)
        + simple_table("Counts", ("", "number"), rows)
        + (simple_table("Merges by reason", ("reason", "merges"), reasons) if reasons else "")
    )


def sources_shown(sources: Sequence[Source]) -> str:
    """The files that were read: which records are theirs, and what of them was not read."""
    items = [
        f"<li><b>{escape(each.file)}</b>{f' (its records: {escape(each.name)}:…)' if each.name else ''}: "
        f"{each.records:,} read, {each.lost:,} not read, {each.problems:,} problem{'' if each.problems == 1 else 's'}</li>"
        for each in sources
    ]
    return f"<p>Read:</p><ul>{''.join(items)}</ul>" if items else ""


def simple_table(caption: str, heads: tuple[str, str], rows: Iterable[tuple[str, int, str]]) -> str:
    """A table of names and numbers; a name with an anchor is a link to it."""
    body = "".join(
        f'<tr><th scope="row">{linked(name, anchor)}</th><td>{number:,}</td></tr>'
        for name, number, anchor in rows
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in heads)
    return f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def linked(text: str, anchor: str) -> str:
    return f'<a href="#{anchor}">{escape(text)}</a>' if anchor else escape(text)


def pair_table(records: Mapping[str, Record], pair: Merge) -> str:
    """Two records side by side; fields that neither has are left out."""
    head = (
        f"<caption>{escape(sentence(pair.reason))} <span>score {pair.score:.2f}</span></caption>"
        f'<thead><tr><th scope="col">field</th><th scope="col">{escape(pair.a)}</th>'
        f'<th scope="col">{escape(pair.b)}</th></tr></thead>'
    )
    return f'<table class="pair">{head}<tbody>{"".join(field_rows(records[pair.a], records[pair.b]))}</tbody></table>'


def field_rows(a: Record, b: Record) -> Iterator[str]:
    for name, x, y in zip(FIELDS, shown(a), shown(b), strict=True):
        if not x and not y:
            continue
        other = plain(x) != plain(y)
        label = f"{name} <em>differs</em>" if other else name
        cells = f"<td>{escape(x)}</td><td>{escape(y)}</td>"
        yield f'<tr{" class=differs" if other else ""}><th scope="row">{label}</th>{cells}</tr>'


def sentence(reason: str) -> str:
    return reason[:1].upper() + reason[1:] + "."


STYLE = """
body { font: 16px/1.45 system-ui, sans-serif; max-width: 70rem; margin: 1rem auto; padding: 0 1rem;
  color: #1a1a1a; background: #fff; }
table { border-collapse: collapse; margin: 1rem 0; }
caption { text-align: left; font-weight: 600; padding: .3rem 0; }
caption span { font-weight: 400; color: #555; }
th, td { text-align: left; vertical-align: top; padding: .2rem .6rem; border-top: 1px solid #ddd;
  overflow-wrap: break-word; }
summary { font-weight: 600; padding: .5rem 0; cursor: pointer; }
summary span { font-weight: 400; color: #555; }
details p { scroll-margin-top: 3rem; }
li { overflow-wrap: break-word; }
.pair { width: 100%; table-layout: fixed; margin-bottom: 2rem; }
.pair th:first-child { width: 8.5rem; font-weight: 400; color: #555; }
.differs td { background: #fff3cd; font-weight: 600; }
.differs em { font-size: .8em; color: #7a4b00; }
@media (max-width: 40rem) {
  body { font-size: 14px; padding: 0 .5rem; }
  th, td { padding: .15rem .3rem; }
  .pair, .pair caption, .pair thead, .pair tbody, .trials, .trials tbody, .trials tr, .trials th, .trials td
    { display: block; }
  .pair tr { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); border-top: 1px solid #ddd; }
  .pair th, .pair td, .trials td { border: 0; }
  .pair td { font-size: 13px; font-weight: 400; padding: .15rem .2rem; }
  .pair tr > :first-child { grid-column: 1 / -1; width: auto; }
  .pair th:first-child { padding-bottom: 0; }
  .trials thead { display: none; }
  .trials td::before { content: attr(data-of) ": "; color: #555; }
}
"""

"""A record as a page shows it, with its words highlighted and what was said about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from evisynth.screening.abstracts import paragraphs
from evisynth.screening.highlights import highlighted
from evisynth.search.duplicates import joined_record
from evisynth.search.record import Record
from evisynth.store import models
from evisynth.store.decisions import MAY_DECIDE
from evisynth.store.notes import Said, said_about
from evisynth.store.records import plain_record
from evisynth.web.screening.keys import Ways

COLOURS = {"include": "green", "exclude": "red"}
REGISTRIES = (
    ("NCT", "https://clinicaltrials.gov/study/"),
    ("ISRCTN", "https://www.isrctn.com/"),
    ("ACTRN", "https://www.anzctr.org.au/TrialSearch.aspx?searchTxt="),
    ("DRKS", "https://drks.de/search/de/trial/"),
    ("ChiCTR", "https://www.chictr.org.cn/searchprojEN.html?regno="),
)


@dataclass(frozen=True, slots=True)
class Card:
    """One item ready to be shown. Texts are escaped, with marks where words are highlighted."""

    item: models.ScreeningItem
    key: str
    record: Record
    title: SafeString
    abstract: list[tuple[str, SafeString]]
    keywords: list[SafeString]
    links: list[tuple[str, str, str]]  # what it is, the identifier, its address ("" for none)
    copies: list[models.Record]
    said: Said

    @property
    def may_vote(self) -> bool:
        """Whether a vote of this person would count: the item waits, or they have one to change."""
        return self.item.state == "waiting" or self.said.mine is not None


def card_of(member: models.Membership, review: models.Review, item: models.ScreeningItem, ways: Ways) -> Card:
    """The card of an item for one person. Four queries, whatever the size of the review."""
    rows = list(
        models.Record.objects.filter(group=item.group_id)
        .select_related("search")
        .defer("search__strategy", "search__mapping")
        .order_by("search__position", "position")
    )
    record = joined_record([plain_record(row) for row in rows])
    best = next(row for row in rows if row.pk == item.group.best_id)
    include = (*review.highlight_include, *ways.include_words)
    exclude = (*review.highlight_exclude, *ways.exclude_words)

    def marked(text: str) -> SafeString:
        return format_html_join(
            "",
            "{}",
            (
                (format_html('<mark class="{}">{}</mark>', COLOURS[piece.kind], piece.text),)
                if piece.kind
                else (piece.text,)
                for piece in highlighted(text, include, exclude)
            ),
        )

    return Card(
        item=item,
        key=best.key,
        record=record,
        title=marked(record.title),
        abstract=[(part.heading, marked(part.text)) for part in paragraphs(record.abstract)],
        keywords=[marked(word) for word in _once(record.keywords)],
        links=links_of(record),
        copies=rows,
        said=said_about(member, review, item),
    )


def links_of(record: Record) -> list[tuple[str, str, str]]:
    """(what it is, identifier, address) of each identifier; only addresses that are known or http are links."""
    found = []
    if record.doi:
        found.append(("DOI", record.doi, f"https://doi.org/{quote(record.doi, safe='/()')}"))
    if record.pmid:
        found.append(
            ("PubMed", record.pmid, f"https://pubmed.ncbi.nlm.nih.gov/{quote(record.pmid, safe='')}/")
        )
    if record.pmcid:
        address = f"https://pmc.ncbi.nlm.nih.gov/articles/{quote(record.pmcid, safe='')}/"
        found.append(("PMC", record.pmcid, address))
    for identifier in record.registry_ids:
        begins = next((site for sign, site in REGISTRIES if identifier.upper().startswith(sign.upper())), "")
        found.append(("Trial", identifier, begins and begins + quote(identifier, safe="")))
    others = [link for link in record.links if not (record.doi and link.lower().endswith(record.doi.lower()))]
    found += [
        ("Link", urlsplit(link).netloc if _is_web(link) else link, link if _is_web(link) else "")
        for link in others
    ]
    return found


def _once(words: Iterable[str]) -> list[str]:
    """Without what differs from an earlier one in its letters' case alone; databases write the same word in capitals."""
    first: dict[str, str] = {}
    for word in words:
        first.setdefault(word.casefold(), word)
    return list(first.values())


def _is_web(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)


def decides(member: models.Membership) -> bool:
    return bool(MAY_DECIDE & set(member.roles))

"""What is still open in the flow, in words for who works in pages: how many, and the page where it is done."""

from dataclasses import dataclass

from django.urls import reverse

from evisynth.reporting.flow import Flow
from evisynth.web import access


@dataclass(frozen=True, slots=True)
class OpenEnd:
    """A sentence, and the page that has what it is about: its address and what it is called."""

    sentence: str
    address: str
    page: str


WORDS = {  # count of the flow -> (of one, of many, name of the page in addresses, what is asked of it, its title)
    "waiting_screening": ("record waits for votes on title and abstract",
                          "records wait for votes on title and abstract", "screening", "", "Screening"),
    "conflicts_screening": ("record was judged differently on title and abstract and waits to be settled",
                            "records were judged differently on title and abstract and wait to be settled",
                            "conflicts", "?stage=title-abstract", "Conflicts"),
    "not_sought_yet": ("record goes to full text and nobody has looked for its report yet",
                       "records go to full text and nobody has looked for their reports yet",
                       "full-text", "?show=sought", "Full text"),
    "being_sought": ("report is being sought; say whether it is retrieved or cannot be had",
                     "reports are being sought; say of each whether it is retrieved or cannot be had",
                     "full-text", "?show=sought", "Full text"),
    "waiting_full_text": ("report is retrieved and waits for votes", "reports are retrieved and wait for votes",
                          "full-text", "?show=waiting", "Full text"),
    "conflicts_full_text": ("report was judged differently and waits to be settled",
                            "reports were judged differently and wait to be settled",
                            "conflicts", "?stage=full-text", "Conflicts"),
    "reports_without_study": ("included report belongs to no study yet", "included reports belong to no study yet",
                              "reports-without-study", "", "Reports without a study"),
}  # fmt: skip


def open_ends(of: access.Access, flow: Flow) -> list[OpenEnd]:
    """What is open, each with the page where it is done. Who does not vote sees the list of records, not their queue."""
    found = []
    for name, n in flow.open_counts():
        one, many, page, asked, title = WORDS[name]
        if page == "screening" and not of.decides:
            page = "screening-list"
        sentence = f"1 {one}" if n == 1 else f"{n:,} {many}"
        found.append(OpenEnd(sentence, reverse(page, args=[of.review.slug]) + asked, title))
    return found

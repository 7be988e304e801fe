"""The PRISMA 2020 checklist: its items in our words, and where the report answers each.

Source: Page et al. 2021, doi:10.1136/bmj.n71. The items' full text is in the statement; here are their topics.
"""

from collections.abc import Mapping, Sequence

from evisynth.reporting.document import Column, Runs, Table
from evisynth.reporting.tables.cells import cell

PRISMA_ITEMS: Mapping[str, tuple[str, str]] = {
    "1": ("Title", "the title says that it is a systematic review"),
    "2": ("Abstract", "structured abstract"),
    "3": ("Introduction", "why the review is needed"),
    "4": ("Introduction", "objectives or questions"),
    "5": ("Methods", "eligibility criteria and how studies were grouped"),
    "6": ("Methods", "sources searched, with dates"),
    "7": ("Methods", "full search strategies and limits"),
    "8": ("Methods", "selection: how many people, independently or not, tools"),
    "9": ("Methods", "data collection: how many people, contact with investigators, tools"),
    "10a": ("Methods", "outcomes sought, and which results of each"),
    "10b": ("Methods", "other variables sought, and what was assumed"),
    "11": ("Methods", "risk of bias: tool, how many people"),
    "12": ("Methods", "effect measures"),
    "13a": ("Methods", "which studies enter each synthesis"),
    "13b": ("Methods", "preparing data: conversions, missing statistics"),
    "13c": ("Methods", "tables and figures of results"),
    "13d": ("Methods", "synthesis: method, model, heterogeneity, software"),
    "13e": ("Methods", "exploring heterogeneity"),
    "13f": ("Methods", "sensitivity analyses"),
    "14": ("Methods", "reporting bias: how it was assessed"),
    "15": ("Methods", "certainty: how it was assessed"),
    "16a": ("Results", "selection, with a flow diagram"),
    "16b": ("Results", "reports that seemed eligible but were excluded, and why"),
    "17": ("Results", "characteristics of included studies"),
    "18": ("Results", "risk of bias of each study"),
    "19": ("Results", "results of each study for each outcome"),
    "20a": ("Results", "for each synthesis, studies and their risk of bias"),
    "20b": ("Results", "results of all syntheses, with precision and heterogeneity"),
    "20c": ("Results", "results of exploring heterogeneity"),
    "20d": ("Results", "results of sensitivity analyses"),
    "21": ("Results", "risk of bias from missing results"),
    "22": ("Results", "certainty for each outcome"),
    "23a": ("Discussion", "results in the light of other evidence"),
    "23b": ("Discussion", "limits of the evidence"),
    "23c": ("Discussion", "limits of the review's methods"),
    "23d": ("Discussion", "what it means for practice, policy and research"),
    "24a": ("Other", "registration"),
    "24b": ("Other", "where the protocol is"),
    "24c": ("Other", "amendments to the protocol"),
    "25": ("Other", "funding and support"),
    "26": ("Other", "competing interests"),
    "27": ("Other", "availability of data, code and other materials"),
}


def prisma_table(places: Mapping[str, Sequence[str]]) -> Table:
    """One row an item: its topic and the headings of the report under which it is answered."""
    rows: list[tuple[Runs, ...]] = []
    section = ""
    for item, (of, topic) in PRISMA_ITEMS.items():
        if of != section:
            section = of
            rows.append((cell(section, bold=True),))
        where = "; ".join(dict.fromkeys(places.get(item, ()))) or "not reported"
        rows.append((cell(item), cell(topic), cell(where)))
    return Table(
        name="prisma-checklist",
        caption="PRISMA 2020 checklist: where the report answers each item",
        columns=(Column("Item", width=0.5), Column("Topic", width=2.6), Column("Reported under", width=2)),
        rows=tuple(rows),
    )

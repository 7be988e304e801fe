"""The flow as the table that the PRISMA2020 program draws its diagrams from.

Source of the format: Haddaway et al. 2022, doi:10.1002/cl2.1230, and the template that comes with that program.
"""

import csv
import io
from collections.abc import Iterable

from evisynth.reporting.flow import Counted, Flow

COLUMNS = ("data", "node", "box", "description", "boxtext", "tooltips", "url", "n")


def prisma2020_csv(flow: Flow) -> str:
    """The counts of a new review, one row a box of the diagram.

    In lists of reasons and sources the program parts with commas and semicolons; those inside a name become spaces.
    Records from other sources stand with the databases where they went the same way; the columns of other methods
    are 0. Open items are in no box, as in the diagram.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for data, node, box, words, n in _rows(flow):
        writer.writerow((data or "NA", node or "NA", box, words, words, words if node else "NA", "NA", n))
    return out.getvalue()


def _rows(flow: Flow) -> Iterable[tuple[str, str, str, str, int | str]]:
    databases = flow.databases + flow.other_sources
    found, registered = (sum(line.n for line in lines) for lines in (databases, flow.registers))
    return (
        ("", "node4", "prevstud", "Previous studies", 0),
        ("previous_studies", "node5", "box1", "Studies included in previous version of review", 0),
        ("previous_reports", "", "box1", "Reports of studies included in previous version of review", 0),
        ("", "node6", "newstud", "Identification of new studies via databases and registers", 0),
        ("database_results", "node7", "box2", "Databases", found),
        ("database_specific_results", "", "box2", "Databases, one by one", _list(databases)),
        ("register_results", "", "box2", "Registers", registered),
        ("register_specific_results", "", "box2", "Registers, one by one", _list(flow.registers)),
        ("", "node16", "othstud", "Identification of new studies via other methods", 0),
        ("website_results", "node17", "box11", "Websites", 0),
        ("organisation_results", "", "box11", "Organisations", 0),
        ("citations_results", "", "box11", "Citation searching", 0),
        ("duplicates", "node8", "box3", "Duplicate records", flow.duplicates_removed),
        ("excluded_automatic", "", "box3", "Records marked as ineligible by automation tools", 0),
        ("excluded_other", "", "box3", "Records removed for other reasons", 0),
        ("records_screened", "node9", "box4", "Records screened", flow.screened),
        ("records_excluded", "node10", "box5", "Records excluded", flow.excluded_screening),
        ("dbr_sought_reports", "node11", "box6", "Reports sought for retrieval", flow.sought),
        ("dbr_notretrieved_reports", "node12", "box7", "Reports not retrieved", flow.not_retrieved),
        ("other_sought_reports", "node18", "box12", "Reports sought for retrieval", 0),
        ("other_notretrieved_reports", "node19", "box13", "Reports not retrieved", 0),
        ("dbr_assessed", "node13", "box8", "Reports assessed for eligibility", flow.assessed),
        ("dbr_excluded", "node14", "box9", "Reports excluded", _list(flow.exclusion_reasons)),
        ("other_assessed", "node20", "box14", "Reports assessed for eligibility", 0),
        ("other_excluded", "node21", "box15", "Reports excluded", 0),
        ("new_studies", "node15", "box10", "New studies included in review", flow.included_studies),
        ("new_reports", "", "box10", "Reports of new included studies", flow.included_reports),
        ("total_studies", "node22", "box16", "Total studies included in review", flow.included_studies),
        ("total_reports", "", "box16", "Reports of total included studies", flow.included_reports),
        ("identification", "node1", "identification", "Identification", 0),
        ("screening", "node2", "screening", "Screening", 0),
        ("included", "node3", "included", "Included", 0),
    )  # fmt: skip


def _list(lines: tuple[Counted, ...]) -> str | int:
    """`name, n; name, n` as the program reads it; 0 where there is nothing."""
    parts = (
        f"{' '.join(line.label.replace(',', ' ').replace(';', ' ').split())}, {line.n}" for line in lines
    )
    return "; ".join(parts) or 0

"""The tables of a review, each a function from findings to a Table."""

from collections.abc import Callable

from evisynth.reporting.document import Table
from evisynth.reporting.findings import Findings
from evisynth.reporting.tables.analyses import counts_table, models_table, results_table
from evisynth.reporting.tables.appraisal import risk_of_bias_table
from evisynth.reporting.tables.certainty import certainty_table
from evisynth.reporting.tables.duplicates import duplicates_table, review_band_table
from evisynth.reporting.tables.extraction import disagreements_table, extraction_agreement_table, values_table
from evisynth.reporting.tables.screening import agreement_table, excluded_table, not_retrieved_table
from evisynth.reporting.tables.search import search_table, updates_table
from evisynth.reporting.tables.studies import (
    characteristics_table,
    contacts_table,
    ongoing_table,
)
from evisynth.reporting.tables.summary_of_findings import summary_of_findings_table
from evisynth.reporting.tables.trials import trials_table

TABLES: dict[str, Callable[[Findings], Table]] = {
    "searches": search_table,
    "updates": updates_table,
    "duplicates": duplicates_table,
    "review-band": review_band_table,
    "trials": trials_table,
    "agreement": agreement_table,
    "excluded": excluded_table,
    "not-retrieved": not_retrieved_table,
    "characteristics": characteristics_table,
    "ongoing": ongoing_table,
    "contacts": contacts_table,
    "values": values_table,
    "disagreements": disagreements_table,
    "extraction-agreement": extraction_agreement_table,
    "risk-of-bias": risk_of_bias_table,
    "counts": counts_table,
    "results": results_table,
    "models": models_table,
    "certainty": certainty_table,
    "summary-of-findings": summary_of_findings_table,
}

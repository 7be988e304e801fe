"""Which studies an analysis leaves out by their risk of bias, and the subgroups into which it divides the others."""

from collections.abc import Mapping, Sequence

from evisynth.appraisal.judgement import Judgement, study_summary
from evisynth.appraisal.tools.rob1 import ROB1
from evisynth.errors import DataError, Problem
from evisynth.reporting.findings import Judged, StudyOf, StudyRow
from evisynth.store import models
from evisynth.store.gather.study_rows import Values
from evisynth.synthesis.analysis import AnalysisResult
from evisynth.synthesis.analysis_subgroups import AnalysedSubgroups, analyse_subgroups

NOT_GIVEN = "not given"


def left_out_by_judgement(
    row: models.Analysis, studies: Mapping[str, StudyOf], judged: Sequence[Judged]
) -> dict[str, str]:
    """Study -> why it takes no part: its summary over the key domains is one that the plan leaves out."""
    if not row.leave_out_judged:
        return {}
    settled = [Judgement(of.study, of.domain, of.final, of.support, of.outcome) for of in judged if of.final]
    keys = [name for name in row.review.rob_key_domains if name in {domain.id for domain in ROB1.domains}]
    found = {}
    for study in studies:
        summary = study_summary(ROB1, settled, study, row.outcome.key, keys)
        if summary in row.leave_out_judged:
            found[study] = f"{summary} risk of bias over the key domains"
        elif summary is None:
            found[study] = "its risk of bias is not judged in every key domain"
    return found


def subgroups_of(
    row: models.Analysis, rows: Sequence[StudyRow], result: AnalysisResult | None, values: Values, file: str
) -> tuple[AnalysedSubgroups | None, list[Problem]]:
    """The subgroups by a characteristic of the studies; and each study whose value nobody settled."""
    if row.subgroup_by is None or result is None or result.model is None:
        return None, []
    keys = {of.name: of.study for of in rows}
    labels, problems = [], []
    spelled: dict[str, str] = {}
    for name in result.table.studies:
        cell = values.cells.get(f"{keys[name]}/{row.subgroup_by.key}")
        text = " ".join(cell.final.value.split()) if cell and cell.final else ""
        if not text:
            problems.append(Problem("extraction.csv", 0, row.subgroup_by.key, f"{keys[name]} has no value that stands; in "
                            f"{row.key} it is in the subgroup {NOT_GIVEN!r}."))  # fmt: skip
        labels.append(spelled.setdefault(text.casefold(), text) or NOT_GIVEN)
    try:
        return analyse_subgroups(result, labels), problems
    except DataError as error:
        return None, [*problems, Problem(file, row.line, f"{row.key}.subgroup_by", str(error))]

"""Risk of bias: what stands for each domain of each study, with its support."""

from evisynth.appraisal.judgement import Judgement, study_summary
from evisynth.appraisal.tools.rob1 import ROB1
from evisynth.reporting.derivations import person_name, study_name
from evisynth.reporting.document import Column, Runs, Table
from evisynth.reporting.findings import Findings
from evisynth.reporting.tables.cells import cell

WORDS = {"low": "Low risk", "high": "High risk", "unclear": "Unclear risk", "": "open"}


def _summary(findings: Findings, study: str) -> str:
    """The study's summary over its key domains; "" while one of them is open."""
    settled = [
        Judgement(of.study, of.domain, of.final, of.support, of.outcome) for of in findings.judged if of.final
    ]
    return study_summary(ROB1, settled, study, key_domains=findings.plan.rob_key_domains) or ""


def _rule(findings: Findings) -> str:
    labels = [domain.label for domain in ROB1.domains if domain.id in findings.plan.rob_key_domains]
    return (
        f"The worst of the key domains of the protocol: {'; '.join(labels)}" if labels else "The worst domain"
    )


def risk_of_bias_table(findings: Findings) -> Table:
    labels = {domain.id: domain.label for domain in ROB1.domains}
    rows: list[tuple[Runs, ...]] = []
    for study in dict.fromkeys(of.study for of in findings.judged):
        rows.append((cell(study_name(findings, study), bold=True),))
        for of in (judged for judged in findings.judged if judged.study == study):
            people = "; ".join(
                f"{person_name(findings, person)}: {judgement}"
                + (" (consensus)" if kind == "consensus" else "")
                for person, kind, judgement, _ in of.entries
            )
            label = labels[of.domain] + (f" ({of.outcome})" if of.outcome else "")
            rows.append((cell(label), cell(WORDS[of.final]), cell(of.support or "–"), cell(people)))
        rows.append(
            (cell("Summary"), cell(WORDS[_summary(findings, study)]), cell(_rule(findings)), cell("computed"))
        )
    return Table(
        name="risk-of-bias",
        caption="Risk of bias in the included studies",
        columns=(
            Column("Domain", width=1.8),
            Column("Judgement", width=0.9),
            Column("Support", width=3),
            Column("Judged by", width=2),
        ),
        rows=tuple(rows),
    )

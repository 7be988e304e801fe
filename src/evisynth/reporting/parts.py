"""The parts that a manuscript can call in: tables, figures and lists made from the findings."""

from collections.abc import Mapping, Sequence

from evisynth.errors import DataError, near
from evisynth.reporting.derivations import study_name
from evisynth.reporting.document import Block, Bullets, Heading, Paragraph, Runs, Text
from evisynth.reporting.findings import Findings
from evisynth.reporting.pictures import Drawn
from evisynth.reporting.references import citation
from evisynth.reporting.sentences import side_told
from evisynth.reporting.tables import TABLES

FIGURES = {"prisma": "prisma-flow", "traffic-light": "traffic-light", "risk-of-bias": "risk-of-bias"}


class Parts:
    """Resolves `{{ table NAME }}`, `{{ figure NAME }}` and `{{ list NAME }}`; remembers which figures were used."""

    def __init__(self, findings: Findings, pictures: Mapping[str, Drawn]) -> None:
        self.findings = findings
        self.pictures = pictures

    def __call__(self, kind: str, name: str) -> Sequence[Block]:
        if kind == "table":
            if name not in TABLES:
                raise DataError(f"there is no table {name!r}.{near(name, TABLES)}")
            table = TABLES[name](self.findings)
            return (table,) if table.rows else (Paragraph((Text(f"{table.caption}: none."),)),)
        if kind == "figure":
            return (self._picture(name),)
        first, _, rest = name.partition(" ")
        if first == "studies-of":
            if rest not in {analysed.key for analysed in self.findings.analyses}:
                raise DataError(
                    f"there is no analysis {rest!r}.{near(rest, [of.key for of in self.findings.analyses])}"
                )
            return narrative(self.findings, rest)
        if name not in LISTS:
            raise DataError(f"there is no list {name!r}.{near(name, LISTS)}")
        return LISTS[name](self.findings)

    def _picture(self, name: str) -> Block:
        first, _, rest = name.partition(" ")
        key = f"forest-{rest.strip()}" if first == "forest" else FIGURES.get(name, name)
        if key not in self.pictures:
            known = [
                *FIGURES,
                *(f"forest {of.removeprefix('forest-')}" for of in self.pictures if of.startswith("forest-")),
            ]
            raise DataError(f"there is no figure {name!r}: it needs data that are not there, or a name among "
                            f"{', '.join(known)}.{near(name, known)}")  # fmt: skip
        return self.pictures[key].picture


def included_references(findings: Findings) -> Sequence[Block]:
    """References by study, primary reports first; reports of several studies stand under each."""
    blocks: list[Block] = []
    for status, title in (
        ("included", ""),
        ("ongoing", "Ongoing studies"),
        ("awaiting", "Studies awaiting classification"),
    ):
        studies = [study for study in findings.studies.values() if study.status == status]
        if studies and title:
            blocks.append(Heading(3, title))
        for study in studies:
            ordered = sorted(study.reports, key=lambda of: of[1] != "primary")
            items: list[Runs] = []
            for key, role in ordered:
                if key in findings.reports:
                    primary = (Text(" (primary report)", italic=True),) if role == "primary" else ()
                    items.append(
                        (Text(citation(findings.reports[key].record), why=f"report/{key}"), *primary)
                    )
            blocks += [Paragraph((Text(study.name, bold=True),)), Bullets(tuple(items))]
    return blocks


def differences(findings: Findings) -> Sequence[Block]:
    """Differences between protocol and review: amendments, analyses not as planned, analyses nobody planned."""
    items: list[Runs] = [
        (Text(f"{amendment.section} (amended {amendment.date}): ", bold=True),
         Text(f"{amendment.change.rstrip('.')}. Reason: {amendment.reason.rstrip('.')}."))
        for amendment in findings.plan.amendments
    ]  # fmt: skip
    for analysed in findings.analyses:
        left_out = [
            f"{row.name} ({row.left_out})"
            for row in analysed.rows
            if row.left_out and not row.left_out_by_plan
        ]
        if not analysed.planned:
            items.append((Text(f"{analysed.title}: ", bold=True), Text("not planned; added after the data were seen. Reason: "
                          f"{analysed.post_hoc_reason.rstrip('.')}.")))  # fmt: skip
        elif analysed.kind != "meta-analysis" and analysed.measure:  # without a measure it is told as planned
            what = {
                "narrative": "planned, but told study by study",
                "single study": "planned as a meta-analysis; one study gave data, so its own result is reported",
                "no data": "planned, but no included study gave data",
            }[analysed.kind]
            why = f" Reason: {analysed.why_not_pooled.rstrip('.')}." if analysed.kind == "narrative" else ""
            items.append(
                (
                    Text(f"{analysed.title}: ", bold=True),
                    Text(f"{what}.{why}", why=f"analysis/{analysed.key}"),
                )
            )
        if left_out:
            items.append((Text(f"{analysed.title}: ", bold=True), Text(f"left out: {'; '.join(left_out)}.")))
    if not items:
        return (Paragraph((Text("The review was done as its protocol says."),)),)
    return (Bullets(tuple(items)),)


def strategies(findings: Findings) -> Sequence[Block]:
    """The strategies, verbatim, source by source."""
    blocks: list[Block] = []
    for search in findings.searches:
        if search.strategy.strip():
            blocks.append(Heading(3, f"{search.name} ({search.platform or search.kind}), {search.date}"))
            blocks += [
                Paragraph((Text(line),)) for line in search.strategy.strip().splitlines() if line.strip()
            ]
    return blocks


def reading_notes(findings: Findings) -> Sequence[Block]:
    """What the readers of the exports reported, file by file."""
    items: list[Runs] = []
    for search in findings.searches:
        for file in search.files:
            shown = "; ".join(note.rstrip(".") for note in file.notes[:5]) + (
                f"; and {len(file.notes) - 5} more" if len(file.notes) > 5 else ""
            )
            counts = f"{file.found} records in the file, {file.records} read, {file.lost} not read"
            told = (
                f"{counts} ({file.format}, {file.encoding})" if file.format else f"{file.file} was not read"
            )
            text = (Text(f"{search.name}: ", bold=True), Text(f"{told}.", why=f"source/{search.key}"))
            items.append((*text, Text(f" Notes: {shown}." if shown else "")))
    return (Bullets(tuple(items)),)


def criteria(findings: Findings) -> Sequence[Block]:
    plan = findings.plan
    blocks: list[Block] = [Bullets(tuple((Text(text),) for text in plan.include))]
    if plan.exclude:
        blocks += [Paragraph((Text("Excluded:"),)), Bullets(tuple((Text(text),) for text in plan.exclude))]
    return blocks


def outcome_list(findings: Findings) -> Sequence[Block]:
    items: dict[str, Runs] = {}
    for analysed in findings.analyses:
        text = f": {analysed.definition}" if analysed.definition else ""
        more = (
            f" ({analysed.importance}; {analysed.timepoint})"
            if analysed.importance
            else f" ({analysed.timepoint})"
        )
        items[analysed.outcome.key] = (Text(analysed.outcome.name, bold=True), Text(text + more))
    return (Bullets(tuple(items.values())),)


def team(findings: Findings) -> Sequence[Block]:
    return (
        Bullets(
            tuple((Text(f"{person.name}: {', '.join(person.roles)}"),) for person in findings.plan.people)
        ),
    )


def narrative(findings: Findings, key: str) -> Sequence[Block]:
    """An outcome told study by study, group by group: counts, or a measurement with its spread, or why there is none."""
    analysed = next(of for of in findings.analyses if of.key == key)
    items: list[Runs] = []
    for row in analysed.rows:
        sides = [
            f"{named.name} {side_told(row, which)}"
            for named, which in ((analysed.first, "first"), (analysed.second, "second"))
        ]
        none = row.first is None and row.second is None
        text = row.not_available or "no data" if none else "; ".join(sides)
        left_out = f" (left out: {row.left_out.rstrip('.')})" if row.left_out else ""
        items.append((Text(f"{study_name(findings, row.study)}: ", bold=True),
                      Text(f"{text}{left_out}.", why=f"row/{key}/{row.study}")))  # fmt: skip
    return (Bullets(tuple(items)),)


LISTS = {
    "included": included_references,
    "differences": differences,
    "strategies": strategies,
    "reading-notes": reading_notes,
    "criteria": criteria,
    "outcomes": outcome_list,
    "team": team,
}

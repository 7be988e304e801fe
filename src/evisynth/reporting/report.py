"""The report of a review: every file that a build writes, as bytes by name. The same findings give the same bytes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from evisynth.errors import Problem
from evisynth.reporting.claims import Claims
from evisynth.reporting.derivations import all_derivations
from evisynth.reporting.document import Block, Bullets, Document, Drawing, Heading, Paragraph, Picture, Text
from evisynth.reporting.documents import table_csv, to_docx, to_html, to_pdf
from evisynth.reporting.findings import Findings
from evisynth.reporting.manuscript import Manuscript, read_manuscript
from evisynth.reporting.parts import Parts
from evisynth.reporting.pictures import Drawn, pictures_of
from evisynth.reporting.prisma import prisma_table
from evisynth.reporting.results import results_json
from evisynth.reporting.tables import TABLES

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Told:
    """A manuscript resolved against the findings: the document without its drawings, and what was wrong."""

    document: Document
    pictures: dict[str, Drawn]
    problems: tuple[Problem, ...]


def tell(findings: Findings, manuscript: str, problems: tuple[Problem, ...] = ()) -> Told:
    """Resolve every claim and part of the manuscript. `problems` so far are told in the report, with those found here."""
    claims = Claims(findings)
    pictures = pictures_of(findings)
    read = read_manuscript(manuscript, claims, Parts(findings, pictures))
    found = (*problems, *read.problems)
    blocks = (*_missing(found), *read.blocks, *_appendix(read))
    derivations = all_derivations(findings) | claims.derivations
    authors = tuple(
        person.name for person in findings.plan.people if {"owner", "reviewer"} & set(person.roles)
    )
    document = Document(
        title=findings.plan.title,
        authors=authors,
        date=findings.plan.date,
        notice=findings.plan.notice,
        blocks=blocks,
        derivations=derivations,
    )
    return Told(document, pictures, tuple(read.problems))


def _missing(problems: tuple[Problem, ...], most: int = 50) -> tuple[Block, ...]:
    """What is not sound in this build, at the top of the report, where nobody misses it."""
    if not problems:
        return ()
    items = tuple((Text(str(problem)),) for problem in problems[:most])
    more = f" The first {most} are shown; problems.txt has all." if len(problems) > most else ""
    found = f"{len(problems)} problems were found." if len(problems) > 1 else "A problem was found."
    return (
        Heading(1, "Problems in this build"),
        Paragraph((Text(f"{found} What they concern is missing or marked below.{more}"),)),
        Bullets(items),
    )


def _appendix(read: Manuscript) -> tuple[Block, ...]:
    return (Heading(1, "PRISMA checklist"), prisma_table(read.places)) if read.places else ()


def report_files(
    findings: Findings, told: Told, problems: tuple[Problem, ...], progress: Progress
) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of each file of the report folder, one after another."""
    drawings: dict[str, Drawing] = {}
    for name, drawn in told.pictures.items():
        progress(f"figure {name}")
        drawings[name] = drawn.draw()
        for kind in ("svg", "png", "pdf"):
            yield f"figures/{name}.{kind}", getattr(drawings[name], kind)
    for name, table in TABLES.items():
        if name == "updates" and not findings.runs:
            continue  # the searches were run once
        yield f"tables/{name}.csv", table_csv(table(findings)).encode()
    for block in told.document.blocks:
        if getattr(block, "name", "") == "prisma-checklist":
            yield "tables/prisma-checklist.csv", table_csv(block).encode()  # type: ignore[arg-type]
    yield "results.json", results_json(findings).encode()
    yield "problems.txt", "".join(f"{problem}\n" for problem in problems).encode()
    used = {block.name for block in told.document.blocks if isinstance(block, Picture)}
    document = replace(told.document, drawings={name: drawings[name] for name in used})
    writers: dict[str, Callable[[], bytes]] = {
        "report.html": lambda: to_html(document).encode(),
        "report.docx": lambda: to_docx(document),
        "report.pdf": lambda: to_pdf(document),
    }
    for name, write in writers.items():
        progress(name)
        yield name, write()

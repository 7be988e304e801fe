"""An abstract as the paragraphs that it has: at its line breaks and before the headings of a structured one."""

import re
from dataclasses import dataclass

# Headings that journals use, as Ovid, PubMed and Embase print them: "BACKGROUND: ...", "Methods: ...".
NAMES = (
    "background", "introduction", "rationale", "context", "importance", "purpose", "purposes", "aim", "aims", "objective",
    "objectives", "hypothesis", "question", "design", "study design", "setting", "settings", "participants", "patients",
    "subjects", "interventions", "intervention", "exposure", "exposures", "method", "methods", "materials and methods",
    "patients and methods", "methods and materials", "data sources", "study selection", "data extraction",
    "main outcome measures", "main outcomes and measures", "outcome measures", "measurements", "measurements and results",
    "results", "result", "findings", "main results", "discussion", "interpretation", "limitations", "conclusion",
    "conclusions", "conclusions and relevance", "conclusion and clinical relevance", "clinical relevance",
    "clinical implications", "significance", "funding", "trial registration", "registration", "clinical trial registration",
    "keywords", "search methods", "selection criteria", "data collection and analysis", "authors' conclusions",
    "plain language summary", "methods and results", "methods and findings", "background and objectives",
    "background and aims", "background/aims", "aims and objectives", "objective/background",
)  # fmt: skip
_NAMED = "|".join(re.escape(name) for name in sorted(NAMES, key=len, reverse=True))
# At the start, or behind the end of a sentence: a known name in any case, or capitals alone ("STUDY GROUPS:").
HEADING = re.compile(
    rf"(?:^|(?<=[.;:?!)\]]\s)|(?<=[.?!])(?=[A-Z]{{4}}))((?i:{_NAMED})|[A-Z][A-Z][A-Z /&,'-]{{2,50}}):(?=\s|[A-Z0-9])"
)
MOST = 200  # paragraphs; what comes after them stays in the last


@dataclass(frozen=True, slots=True)
class Paragraph:
    heading: str
    text: str


def paragraphs(abstract: str) -> list[Paragraph]:
    """The abstract in paragraphs, each with its heading where it has one. No word of it is lost.

    >>> paragraphs("AIMS: To see. Results: We saw.")
    [Paragraph(heading='AIMS', text='To see.'), Paragraph(heading='Results', text='We saw.')]
    """
    found: list[Paragraph] = []
    lines = [line for line in abstract.splitlines() if line.strip()]
    for number, line in enumerate(lines):
        if len(found) >= MOST:
            found.append(Paragraph("", " ".join(lines[number:])))
            break
        found += _divided(line.strip())
    return found


def _divided(line: str) -> list[Paragraph]:
    starts = list(HEADING.finditer(line))[:MOST]
    if not starts:
        return [Paragraph("", line)]
    before = line[: starts[0].start()].strip()
    ends = [start.start() for start in starts[1:]] + [len(line)]
    return [
        *([Paragraph("", before)] if before else []),
        *(
            Paragraph(start.group(1), line[start.end() : end].strip())
            for start, end in zip(starts, ends, strict=True)
        ),
    ]

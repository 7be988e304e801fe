"""A small invented review, and one in which every text is hostile."""

import struct
import zlib
from dataclasses import replace

import pytest

from evisynth.reporting.document import (
    Bullets,
    Column,
    Derivation,
    Document,
    Drawing,
    Heading,
    Paragraph,
    Picture,
    Table,
    Text,
)

# As matplotlib writes it: a rule for all elements, ids, a clip path and an old-style link.
SVG = b"""<?xml version="1.0" encoding="utf-8" standalone="no"?>
<svg xmlns:xlink="http://www.w3.org/1999/xlink" width="144pt" height="72pt" viewBox="0 0 144 72"
 xmlns="http://www.w3.org/2000/svg" version="1.1">
 <metadata><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></metadata>
 <defs><style type="text/css">*{stroke-linejoin: round}</style></defs>
 <defs><clipPath id="p1"><rect x="0" y="0" width="100" height="50"/></clipPath><path id="m1" d="M 0 0 L 1 1"/></defs>
 <g id="axes_1" clip-path="url(#p1)"><use xlink:href="#m1" x="3"/></g>
 <a xlink:href="#why-study/longo"><text x="5" y="20" style="font: 10px 'DejaVu Sans'">Longo 2008</text></a>
</svg>"""
HOSTILE = (
    '<script>alert(1)</script> "q" \'a\' & #panic("x") $x$ \x00\x1b\ud800\u202e\ufeff ${1} ]]> שלום (2015)'
)


def png(width=40, height=20):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = (b"\x00" + b"\xff\xff\xff" * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def cells(*texts):
    return tuple((Text(text),) for text in texts)


NARROW = Table(
    name="full-serving",
    caption="Full serving by study",
    columns=(Column("Study", "left", 2), Column("Events", "right"), Column("Risk ratio (95% CI)", "right")),
    rows=(
        cells("High dose"),
        ((Text("Longo 2008"),), (Text("11", "cell/longo"),), (Text("0.52 (0.31 to 0.87)", "study/longo"),)),
    ),
    notes=(cells("CI: confidence interval.")[0],),
)
WIDE = Table(
    name="findings",
    caption="Summary of findings",
    columns=tuple(Column(f"Inconsistency{i}") for i in range(9)),
    rows=(cells(*["Not serious"] * 9),) * 3,
)
DERIVATIONS = (
    Derivation("claim/effect", "Effect in the text", "0.52", "Rounded.", ("analysis/full",), "report.md:31"),
    Derivation("analysis/full", "Full serving", "0.5213", "Mantel-Haenszel risk ratio.", ("study/longo",)),
    Derivation("study/longo", "Longo 2008: risk ratio", "0.52", "From two arms.", ("cell/longo",)),
    Derivation(
        "cell/longo",
        "Longo 2008: events",
        "11",
        "Consensus of two extractions.",
        ("extraction/longo/a b", "extraction/longo/c"),
        "extraction.csv:17",
    ),
    Derivation(
        "extraction/longo/a b", "Longo 2008: events, by A B", "11", 'Page 4: "11 of 30"', ("report/longo",)
    ),
    Derivation("extraction/longo/c", "Longo 2008: events, by C", "11", "Page 4.", ("report/longo",)),
    Derivation("report/longo", "Report: Longo 2008", "J Allergy", "Full text.", (), "reports.csv:2"),
)


@pytest.fixture
def document():
    picture = Picture("forest", "Forest plot", "Forest plot. One study favours immunotherapy.")
    return Document(
        title="Milk immunotherapy: a review",
        authors=("Ada Alm", "Bo Berg"),
        date="2024-05-31",
        notice="Two reports are simulated.",
        blocks=(
            Heading(1, "Results"),
            Paragraph((Text("The risk ratio was "), Text("0.52", "claim/effect", bold=True), Text("."))),
            Bullets(((Text("first"),), (Text("second", italic=True),)), ordered=True),
            Heading(3, "Detail"),
            NARROW,
            picture,
            Heading(2, "Certainty"),
            WIDE,
            replace(picture, caption="The same again"),
            Heading(1, "References"),
            Paragraph((Text("Longo 2008 (https://doi.org/10.1016/j.jaci.2007.10.029)."),)),
        ),
        derivations={derivation.key: derivation for derivation in DERIVATIONS},
        drawings={"forest": Drawing(SVG, png(), b"%PDF-")},
    )


@pytest.fixture
def hostile(document):
    """Every text that people type is hostile."""
    runs = (Text(HOSTILE), Text(HOSTILE, "claim/effect"))
    return replace(
        document,
        title=HOSTILE,
        authors=(HOSTILE,),
        notice=HOSTILE,
        blocks=(
            Heading(1, HOSTILE),
            Paragraph(runs),
            Bullets((runs,)),
            Table(HOSTILE, HOSTILE, (Column(HOSTILE), Column("b")), ((runs,), (runs, runs)), (runs,)),
            Picture("forest", HOSTILE, HOSTILE),
        ),
        derivations={
            key: replace(d, title=HOSTILE, value=HOSTILE, how=HOSTILE, source=HOSTILE)
            for key, d in document.derivations.items()
        },
    )

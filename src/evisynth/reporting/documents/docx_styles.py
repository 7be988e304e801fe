"""How the Word file looks: python-docx's template, restyled for a scientific report."""

from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt, RGBColor

FONT = "Calibri"
INK, SOFT = RGBColor(0x1C, 0x21, 0x26), RGBColor(0x54, 0x5D, 0x68)
TABLE_STYLE = "Review Table"
# name: size in points, bold, space before, space after
STYLES = {
    "Title": (22, True, 0, 8),
    "Subtitle": (11, False, 0, 2),
    "Heading 1": (16, True, 20, 6),
    "Heading 2": (13, True, 16, 4),
    "Heading 3": (11.5, True, 12, 4),
    "Heading 4": (11, False, 10, 4),
    "Caption": (10, False, 8, 4),
}
ADDED = ("Notice", "Figure", "Table Note", "Table End", "Table Text", "Table Text Small")
TABLE_XML = f"""<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="ReviewTable">
<w:name w:val="{TABLE_STYLE}"/><w:basedOn w:val="TableNormal"/><w:uiPriority w:val="99"/><w:qFormat/>
<w:tblPr><w:tblBorders>
<w:top w:val="single" w:sz="10" w:space="0" w:color="59636E"/>
<w:bottom w:val="single" w:sz="10" w:space="0" w:color="59636E"/>
<w:insideH w:val="single" w:sz="2" w:space="0" w:color="CCD3DA"/>
</w:tblBorders>
<w:tblCellMar><w:left w:w="70" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar></w:tblPr>
<w:tblStylePr w:type="firstRow"><w:tblPr/><w:tcPr><w:tcBorders>
<w:bottom w:val="single" w:sz="6" w:space="0" w:color="59636E"/></w:tcBorders>
<w:vAlign w:val="bottom"/></w:tcPr>
</w:tblStylePr></w:style>"""
BOX_XML = f"""<w:pBdr {nsdecls("w")}><w:top w:val="single" w:sz="4" w:space="6" w:color="A15C00"/>
<w:left w:val="single" w:sz="24" w:space="6" w:color="A15C00"/>
<w:bottom w:val="single" w:sz="4" w:space="6" w:color="A15C00"/>
<w:right w:val="single" w:sz="4" w:space="6" w:color="A15C00"/></w:pBdr>"""
SHADE_XML = f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="FFF6DD"/>'


def set_styles(word: Any) -> None:
    """Give the styles their look and add those of notices, figures, table notes and tables."""
    _drop_unused(word)
    normal = word.styles["Normal"]
    _set_font(normal, 11, bold=False)
    normal.paragraph_format.space_after = Pt(8)
    normal.paragraph_format.line_spacing = 1.15
    for name, (size, bold, before, after) in STYLES.items():
        style = word.styles[name]
        _set_font(style, size, bold=bold)
        style.font.italic = name == "Heading 4"
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    word.styles["Subtitle"].font.color.rgb = SOFT
    _drop(word.styles["Title"].element.pPr, "w:pBdr")
    for name in ("Title", "Subtitle"):
        _drop(word.styles[name].element.rPr, "w:spacing")
    _add_styles(word)


def _add_styles(word: Any) -> None:
    notice = word.styles.add_style("Notice", WD_STYLE_TYPE.PARAGRAPH)
    properties = notice.element.get_or_add_pPr()
    properties.append(parse_xml(BOX_XML))
    properties.append(parse_xml(SHADE_XML))
    notice.paragraph_format.space_before = notice.paragraph_format.space_after = Pt(12)
    notice.paragraph_format.left_indent = notice.paragraph_format.right_indent = Pt(8)
    figure = word.styles.add_style("Figure", WD_STYLE_TYPE.PARAGRAPH)
    figure.paragraph_format.keep_with_next = True
    figure.paragraph_format.space_before, figure.paragraph_format.space_after = Pt(12), Pt(4)
    figure.paragraph_format.line_spacing = 1.0
    figure.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    texts = (
        ("Table Note", 9, 3),
        ("Table End", 2, 2),
        ("Table Text", 9, 1.5),
        ("Table Text Small", 7.5, 1.5),
    )
    for name, size, space in texts:
        style = word.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.font.size = Pt(size)
        style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(space)
        style.paragraph_format.line_spacing = 1.0
    for name in ADDED:
        word.styles[name].base_style = word.styles["Normal"]
    word.styles.element.append(parse_xml(TABLE_XML))


def _drop_unused(word: Any) -> None:
    """Leave out what the template brings and nothing here uses: a preview of it, and 100 table styles."""
    for relations in (word.part.rels, word.part.package.rels):
        for key, relation in list(relations.items()):
            if relation.reltype.rpartition("/")[2] in {"stylesWithEffects", "thumbnail", "customXml"}:
                del relations[key]
    for style in list(word.styles):
        if style.type == WD_STYLE_TYPE.TABLE and style.name != "Normal Table":
            style.delete()


def _set_font(style: Any, size: float, *, bold: bool) -> None:
    style.font.name, style.font.size, style.font.bold = FONT, Pt(size), bold
    style.font.color.rgb = INK
    fonts = style.element.rPr.rFonts
    for name in list(fonts.attrib):
        if name.endswith("Theme"):  # a theme font would win over the named one
            del fonts.attrib[name]
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), FONT)


def _drop(properties: Any, name: str) -> None:
    for element in properties.findall(qn(name)):
        properties.remove(element)

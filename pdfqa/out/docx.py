"""Papers as Word documents: citations are Word's own footnotes, their places hyperlinks.

A document is a ZIP of a few XML files (Office Open XML, ECMA-376). They are written here by hand: what is needed is
small, and python-docx has no footnotes.
"""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from pdfqa.out.paper import Block, Line, Note, Paper, Ref, Rows, Run, figures, leftwards, plain, unmet

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_SPACES = f'xmlns:w="{_WORD}" xmlns:r="{_OFFICE}"'
_WIDTH = 9026  # twentieths of a point between the margins of A4
_TYPES = {
    "word/document.xml": "wordprocessingml.document.main",
    "word/footnotes.xml": "wordprocessingml.footnotes",
    "word/styles.xml": "wordprocessingml.styles",
    "word/settings.xml": "wordprocessingml.settings",
}


class _Part:
    """A part of the document that has hyperlinks, which are listed beside it."""

    def __init__(self) -> None:
        self._links: dict[str, str] = {}

    def link(self, target: str) -> str:
        """Return the id of a hyperlink."""
        return self._links.setdefault(target, f"link{len(self._links) + 1}")

    def relations(self, *others: str) -> str:
        """Return the list of hyperlinks, after other entries."""
        links = "".join(
            f'<Relationship Id="{id_}" Type="{_OFFICE}/hyperlink" Target={quoteattr(target)} TargetMode="External"/>'
            for target, id_ in self._links.items()
        )
        return f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">{"".join(others)}{links}</Relationships>'


class _Marks:
    """The references to footnotes, in their order.

    A footnote that Word numbers as it is numbered here is left to Word; another one has its number as a mark of its
    own. A second reference to the same is the number, and leads to the first.
    """

    def __init__(self) -> None:
        self._counted: set[int] = set()
        self._own: set[int] = set()

    def reference(self, number: int) -> str:
        """Return a reference to a footnote."""
        shown = f"<w:t>{number}</w:t>"
        if number in self._counted | self._own:
            return f'<w:hyperlink w:anchor="ref{number}" w:history="1"><w:r>{_RAISED}{shown}</w:r></w:hyperlink>'
        counted = number == len(self._counted) + 1
        (self._counted if counted else self._own).add(number)
        own, shown = ("", "") if counted else ('w:customMarkFollows="1" ', shown)
        return (
            f'<w:bookmarkStart w:id="{number}" w:name="ref{number}"/><w:r>{_RAISED}'
            f'<w:footnoteReference {own}w:id="{number}"/>{shown}</w:r><w:bookmarkEnd w:id="{number}"/>'
        )

    def of_note(self, number: int) -> str:
        """Return what a footnote begins with."""
        return "<w:footnoteRef/>" if number in self._counted else f"<w:t>{number}</w:t>"


def docx(paper: Paper) -> bytes:
    """Return a paper as a Word document."""
    body, notes = _Part(), _Part()
    marks = _Marks()
    content = "".join(
        [
            _paragraph(_text(paper.title), "Title", turned=leftwards(paper.title)),
            *(_block(block, marks, body) for block in paper.blocks),
            *(_paragraph(marks.reference(note.number), "Normal") for note in unmet(paper)),
            _paragraph(_text(paper.foot), "Small"),
        ]
    )
    section = (
        '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="1440" w:right="1440" w:bottom="1440" w:left="1440" '
        'w:header="708" w:footer="708" w:gutter="0"/>'
        "</w:sectPr>"
    )
    footnotes = _SEPARATORS + "".join(_footnote(note, marks.of_note(note.number), notes) for note in paper.notes)
    files = {
        "[Content_Types].xml": _content_types(),
        "_rels/.rels": _root_relations(),
        "docProps/core.xml": _core(paper.title, paper.language),
        "word/document.xml": f"{_HEAD}<w:document {_SPACES}><w:body>{content}{section}</w:body></w:document>",
        "word/_rels/document.xml.rels": body.relations(*_own("styles"), *_own("settings"), *_own("footnotes")),
        "word/footnotes.xml": f"{_HEAD}<w:footnotes {_SPACES}>{footnotes}</w:footnotes>",
        "word/_rels/footnotes.xml.rels": notes.relations(),
        "word/styles.xml": _STYLES,
        "word/settings.xml": _SETTINGS,
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text.encode())
    return out.getvalue()


def _block(block: Block, marks: _Marks, part: _Part) -> str:
    if block.kind == "table":
        rows = [[_line(cell, marks, part) for cell in row] for row in block.rows]
        right = figures([[plain(cell) for cell in row] for row in block.rows], block.heads)
        return _table(rows, block.heads, right) + _paragraph("", "Normal")
    content = _line(block.line, marks, part)
    if block.kind == "heading":
        return _paragraph(content, f"Heading{min(block.level, 3)}", turned=block.leftwards)
    if block.kind == "item":
        left = 360 + 360 * block.level
        indent = f'<w:ind w:left="{left}" w:hanging="360"/>'
        return _paragraph(_text(f"{block.mark}\t") + content, "ListParagraph", indent, turned=block.leftwards)
    style = {"warning": "Warning", "small": "Small"}.get(block.kind, "Normal")
    return _paragraph(content, style, turned=block.leftwards)


def _paragraph(content: str, style: str, more: str = "", *, turned: bool = False) -> str:
    way = "<w:bidi/>" if turned else ""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{way}{more}</w:pPr>{content}</w:p>'


def _line(line: Line, marks: _Marks, part: _Part) -> str:
    content: list[str] = []
    for before, piece in zip([None, *line], line, strict=False):
        if isinstance(piece, Ref) and isinstance(before, Ref):
            content.append(f'<w:r>{_RAISED}<w:t xml:space="preserve">, </w:t></w:r>')
        content.append(marks.reference(piece.number) if isinstance(piece, Ref) else _run(piece, part))
    return "".join(content)


def _run(run: Run, part: _Part) -> str:
    if run.link:
        return _hyperlink(run.text, run.link, part)
    return _text(run.text, _STRONG if run.bold else "")


def _text(text: str, looks: str = "") -> str:
    """Return a run of text; its line breaks and tabs are elements of their own."""
    looks += "<w:rtl/>" if leftwards(text) else ""
    properties = f"<w:rPr>{looks}</w:rPr>" if looks else ""
    inner = "".join(_BREAKS.get(piece) or _words(piece) for piece in _split(text))
    return f"<w:r>{properties}{inner}</w:r>" if inner else ""


_BREAKS = {"\n": "<w:br/>", "\t": "<w:tab/>"}


def _split(text: str) -> Iterator[str]:
    piece = ""
    for letter in text:
        if letter in _BREAKS:
            yield piece
            yield letter
            piece = ""
        else:
            piece += letter
    yield piece


def _words(text: str) -> str:
    # What XML has no place for: halves of letters, and two numbers that are no letters.
    text = "".join(letter for letter in text if not ("\ud800" <= letter <= "\udfff" or letter in "\ufffe\uffff"))
    return f'<w:t xml:space="preserve">{escape(text)}</w:t>' if text else ""


def _hyperlink(text: str, target: str, part: _Part) -> str:
    return f'<w:hyperlink r:id="{part.link(target)}" w:history="1">{_text(text, _LINK)}</w:hyperlink>'


_LINK = '<w:rStyle w:val="Hyperlink"/>'
_STRONG = "<w:b/><w:bCs/>"
_RAISED = '<w:rPr><w:rStyle w:val="FootnoteReference"/></w:rPr>'


def _footnote(note: Note, mark: str, part: _Part) -> str:
    where = _hyperlink(note.place, note.link, part) if note.link else _text(note.place)
    doubt = _text(" (unverified)", _STRONG) if note.doubt else ""
    said = " ".join(piece for piece in note.quote if isinstance(piece, str))
    quote = _text(f": “{said}”") if said else _text(":") if note.quote else ""
    content = _paragraph(f"<w:r>{_RAISED}{mark}</w:r>{_text(' ')}{where}{doubt}{quote}", "FootnoteText")
    for piece in note.quote:
        if isinstance(piece, Rows):
            rows = [
                [_text(cell, _STRONG if at < piece.heads else "") for cell in row] for at, row in enumerate(piece.rows)
            ]
            content += _table(rows, piece.heads, figures(piece.rows, piece.heads), "FootnoteText")
            content += _paragraph("", "FootnoteText")  # a footnote ends with a paragraph
    return f'<w:footnote w:id="{note.number}">{content}</w:footnote>'


def _table(rows: Sequence[Sequence[str]], heads: int, right: Sequence[bool], style: str = "Normal") -> str:
    columns = len(right)
    width = _WIDTH // columns
    ways = ['<w:jc w:val="right"/>' if one else "" for one in right]
    grid = f'<w:gridCol w:w="{width}"/>' * columns
    lines = []
    for at, row in enumerate(rows):
        head = "<w:tblHeader/>" if at < heads else ""
        kind = "TableHead" if at < heads and style == "Normal" else style
        cells = "".join(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{_paragraph(cell, kind, jc)}</w:tc>'
            for cell, jc in zip((*row, *[""] * (columns - len(row))), ways, strict=True)
        )
        lines.append(f"<w:tr><w:trPr><w:cantSplit/>{head}</w:trPr>{cells}</w:tr>")
    properties = '<w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="0" w:type="auto"/></w:tblPr>'
    return f"<w:tbl>{properties}<w:tblGrid>{grid}</w:tblGrid>{''.join(lines)}</w:tbl>"


def _own(name: str) -> tuple[str]:
    return (f'<Relationship Id="{name}" Type="{_OFFICE}/{name}" Target="{name}.xml"/>',)


def _content_types() -> str:
    kind = "application/vnd.openxmlformats-"
    parts = "".join(
        f'<Override PartName="/{name}" ContentType="{kind}officedocument.{type_}+xml"/>'
        for name, type_ in _TYPES.items()
    )
    return (
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="{kind}package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{parts}'
        f'<Override PartName="/docProps/core.xml" ContentType="{kind}package.core-properties+xml"/></Types>'
    )


def _root_relations() -> str:
    return (
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="document" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
        f'<Relationship Id="core" Type="{_PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
        "</Relationships>"
    )


def _core(title: str, language: str) -> str:
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return (
        f'{_HEAD}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:creator>pdfqa</dc:creator>"
        f"<dc:language>{language or 'en'}</dc:language>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{now}</dcterms:created></cp:coreProperties>'
    )


def _style(
    id_: str, name: str, paragraph: str = "", run: str = "", *, based: str = "Normal", kind: str = "paragraph"
) -> str:
    own = f'<w:basedOn w:val="{based}"/>' if based else ""
    default = ' w:default="1"' if id_ == "Normal" else ""
    paragraph = f"<w:pPr>{paragraph}</w:pPr>" if paragraph else ""
    run = f"<w:rPr>{run}</w:rPr>" if run else ""
    return (
        f'<w:style w:type="{kind}" w:styleId="{id_}"{default}><w:name w:val="{name}"/>{own}<w:qFormat/>'
        f"{paragraph}{run}</w:style>"
    )


def _size(points: float) -> str:
    return f'<w:sz w:val="{round(2 * points)}"/><w:szCs w:val="{round(2 * points)}"/>'


def _heading(level: int, points: float) -> str:
    spacing = (
        f'<w:keepNext/><w:spacing w:before="{400 - 80 * level}" w:after="100"/><w:outlineLvl w:val="{level - 1}"/>'
    )
    return _style(f"Heading{level}", f"heading {level}", spacing, f"<w:b/><w:bCs/>{_size(points)}")


_GREY = '<w:color w:val="666666"/>'
_EDGE = 'w:val="single" w:sz="4" w:space="0" w:color="BFBFBF"'
_STYLES = (
    f"{_HEAD}<w:styles {_SPACES}><w:docDefaults><w:rPrDefault><w:rPr>"
    '<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:cs="Calibri"/>'
    f"{_size(11)}</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>"
    '<w:spacing w:after="140" w:line="276" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>'
    + _style("Normal", "Normal", based="")
    + _style("Title", "Title", '<w:spacing w:after="240"/>', f"<w:b/><w:bCs/>{_size(18)}")
    + _heading(1, 16)
    + _heading(2, 14)
    + _heading(3, 12)
    + _style("TableHead", "Table Head", "", "<w:b/><w:bCs/>")
    + _style("ListParagraph", "List Paragraph", '<w:spacing w:after="80"/>')
    + _style("Small", "Small", "", f"{_GREY}{_size(9)}")
    + _style("Warning", "Warning", "", '<w:b/><w:bCs/><w:color w:val="9A3412"/>')
    + _style("FootnoteText", "footnote text", '<w:spacing w:after="40" w:line="240" w:lineRule="auto"/>', _size(9.5))
    + _style(
        "FootnoteReference", "footnote reference", "", '<w:vertAlign w:val="superscript"/>', based="", kind="character"
    )
    + _style("Hyperlink", "Hyperlink", "", '<w:color w:val="0563C1"/><w:u w:val="single"/>', based="", kind="character")
    + '<w:style w:type="table" w:styleId="TableGrid"><w:name w:val="Table Grid"/>'
    '<w:pPr><w:spacing w:after="0"/></w:pPr>'
    f"<w:tblPr><w:tblBorders><w:top {_EDGE}/><w:bottom {_EDGE}/><w:insideH {_EDGE}/></w:tblBorders>"
    '<w:tblCellMar><w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
    "</w:styles>"
)
_SEPARATORS = (
    '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
    '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p></w:footnote>'
)
_SETTINGS = (
    f'{_HEAD}<w:settings {_SPACES}><w:footnotePr><w:footnote w:id="-1"/><w:footnote w:id="0"/></w:footnotePr>'
    '<w:compat><w:compatSetting w:name="compatibilityMode" w:val="15" '
    'w:uri="http://schemas.microsoft.com/office/word"/></w:compat></w:settings>'
)

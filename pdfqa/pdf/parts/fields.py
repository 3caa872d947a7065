"""Form fields: what was filled in, and what it is called."""

from __future__ import annotations

import re
from typing import Any

import pypdfium2
from pypdfium2 import raw

from pdfqa.pdf.geometry import Bounds
from pdfqa.pdf.letters.repair import clean
from pdfqa.pdf.parts.filling import Field
from pdfqa.pdf.strings import entry, wide

_LONGEST = 50_000  # characters of one value
_COLOUR = re.compile(r"((?:\d*\.?\d+\s+){1,3})(?:g|rg)\b")
_SIZE = re.compile(r"(\d*\.?\d+)\s+Tf\b")
_PALE = 0.75
_SMALL = 2.0  # points; 0 stands for a size that fits
_OPTIONS = 2_000  # of one list that are looked through
_PASSWORD = 1 << 13  # flag of a text field whose value is nobody's business
_MARKS = (raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON)
_LISTS = (raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX)
# Words of the names that programs give: Text12, f1_01, undefined_3, Check Box 7.
_GIVEN = frozenset(
    "text textfield textfeld texte field feld champ campo fill undefined untitled check box checkbox kontrollkästchen"
    " radio radiobutton button btn group dropdown combo combobox list listbox option choice signature topmostsubform"
    " form page row column table cell subform".split()
)
_MEANINGLESS = re.compile(r"(?:yes|on|x|ja|oui|s[ií]|true|checked|\W*|\d{1,2}|[a-z]|choice\s?\d+)", re.IGNORECASE)
_CAPITALS = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Ý])|(?<=[A-Z])(?=[A-Z][a-z])")
_LETTERS = re.compile(r"[^\W\d_]+")
_INDEX = re.compile(r"\[\d+\]")
_TAG = re.compile(r"<[^<>]*>")


class Forms:
    """The form of a document, opened when the first field of a page is met."""

    def __init__(self, document: Any) -> None:
        self._document = document

    @property
    def _form(self) -> Any:
        try:
            self._document.init_forms()
        except pypdfium2.PdfiumError:
            return None
        form = self._document.formenv
        return form.raw if form else None

    def field(self, annotation: Any, rect: Bounds) -> Field | None:
        """Return what a field holds, or None where that is nothing."""
        form = self._form
        if form is None:
            return None
        kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
        if kind in _MARKS:
            return self._marked(form, annotation, rect)
        if kind == raw.FPDF_FORMFIELD_SIGNATURE:
            return Field("", rect, self._label(form, annotation), drawn=True)
        if kind in _LISTS:
            value = _chosen(form, annotation) or _value(form, annotation)
        elif kind == raw.FPDF_FORMFIELD_TEXTFIELD:
            if raw.FPDFAnnot_GetFormFieldFlags(form, annotation) & _PASSWORD:
                return None
            value = _value(form, annotation)
        else:
            return None
        if not value:
            return None
        return Field(value, rect, self._label(form, annotation), faint=is_faint(entry(annotation, b"DA")))

    def _marked(self, form: Any, annotation: Any, rect: Bounds) -> Field | None:
        """Return a box or button that is on; its state is what it shows, and names what it stands for."""
        state = entry(annotation, b"AS")
        if not state and raw.FPDFAnnot_GetFormFieldType(form, annotation) == raw.FPDF_FORMFIELD_CHECKBOX:
            state = wide(raw.FPDFAnnot_GetFormFieldValue, form, annotation)
        if state in ("", "Off"):
            return None
        value = _readable(state)
        value = "" if _MEANINGLESS.fullmatch(value) else value
        return Field(value, rect, self._label(form, annotation), mark=True)

    @staticmethod
    def _label(form: Any, annotation: Any) -> str:
        """Return what a field is called: its tooltip, or its name if that was given by a person."""
        tooltip = clean(wide(raw.FPDFAnnot_GetFormFieldAlternateName, form, annotation))
        if tooltip and not _is_given(tooltip):
            return tooltip.rstrip(" :.")
        return name_label(wide(raw.FPDFAnnot_GetFormFieldName, form, annotation))


def is_faint(look: str) -> bool:
    """Return whether a field's type is nearly white, or hardly larger than a dot."""
    colours, sizes = _COLOUR.findall(look), _SIZE.findall(look)
    pale = bool(colours) and all(float(part) > _PALE for part in colours[-1].split())
    return pale or (bool(sizes) and 0 < float(sizes[-1]) < _SMALL)


def name_label(name: str) -> str:
    """Return a label made of a field's name: its last part in words, or nothing where a program has made it up."""
    words = _readable(_INDEX.sub("", name).rpartition(".")[2])
    return "" if _is_given(words) else words


def _is_given(name: str) -> bool:
    return all(len(word) == 1 or word in _GIVEN for word in _LETTERS.findall(name.casefold()))


def _readable(name: str) -> str:
    return clean(_CAPITALS.sub(" ", name.replace("_", " ")))


def _value(form: Any, annotation: Any) -> str:
    """Return the lines of a field's value."""
    value = wide(raw.FPDFAnnot_GetFormFieldValue, form, annotation)
    if not value.strip():
        value = _TAG.sub(" ", entry(annotation, b"RV"))
    lines = [clean(line) for line in value[:_LONGEST].replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return "\n".join(filter(None, lines))


def _chosen(form: Any, annotation: Any) -> str:
    """Return the labels of the options of a list that are chosen."""
    count = min(raw.FPDFAnnot_GetOptionCount(form, annotation), _OPTIONS)
    chosen = [number for number in range(count) if raw.FPDFAnnot_IsOptionSelected(form, annotation, number)]
    labels = [clean(wide(raw.FPDFAnnot_GetOptionLabel, form, annotation, number)) for number in chosen]
    return ", ".join(filter(None, labels))

"""The structure of a PDF that programs read aloud: its elements, and which pieces of pages belong to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import pypdf
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NullObject,
    NumberObject,
    PdfObject,
    TextStringObject,
)

from pdfqa.pdf.copies.figures import Rect

_DEEPEST = 64  # elements within one another


class Draft(Protocol):
    """A PDF that is being made: `additions.Addition` or `writers.Rewriting`."""

    @property
    def document(self) -> pypdf.PdfReader | pypdf.PdfWriter:
        """Return what holds the pages, and the root of all else."""

    def add(self, value: PdfObject) -> IndirectObject:
        """Put an object into the draft."""

    def touch(self, value: PdfObject) -> None:
        """Take in that an object has been changed."""


class Structure:
    """The structure of a PDF; made where there is none.

    Args:
        draft: The PDF.
    """

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._catalog: DictionaryObject = draft.document.root_object
        found = _dictionary(self._catalog.get("/StructTreeRoot"))
        self.tagged = self._is_of_use(found)
        self._root = found if self.tagged else self._new_root()
        self._roles = _dictionary(self._root.get("/RoleMap"))
        self._parents = self._parent_tree()
        self._top: DictionaryObject | None = None  # what all elements of ours are in
        self._made: dict[int, ArrayObject] = {}  # lists of elements by their page: a draft's own cannot be looked up
        self._next = self._next_key()

    def _is_of_use(self, root: DictionaryObject) -> bool:
        """Return whether there is a structure to follow: it says so, or most pages have their texts in it."""
        if not root.get("/K"):
            return False
        known = self._catalog
        marked = _dictionary(known.get("/MarkInfo")).get("/Marked")
        if isinstance(marked, BooleanObject) and marked.value:
            return True
        by_key = {key: value.get_object() for key, value, _ in _entries(_dictionary(root.get("/ParentTree")))}
        told = 0
        for page in self._draft.document.pages:
            key = page.get("/StructParents")
            found = by_key.get(key) if isinstance(key, int) else None
            elements = map(_element, found if isinstance(found, ArrayObject) else ())
            told += any(element is not None and str(element["/S"]) != "/Figure" for element in elements)
        if 2 * told < len(self._draft.document.pages):
            return False
        known[NameObject("/MarkInfo")] = DictionaryObject({NameObject("/Marked"): BooleanObject(True)})
        self._draft.touch(known)
        return True

    def elements(self, page: DictionaryObject, number: int, xobject: DictionaryObject | None) -> list[DictionaryObject]:
        """Return the elements that something drawn belongs to.

        Args:
            page: Its page.
            number: The number of the mark that it stands in; -1 where it stands in none.
            xobject: The image or form that is drawn, if it is one: it, or its parts, may belong to elements.
        """
        if number >= 0:
            of_page = self._looked_up(page.get("/StructParents"))
            known = [of_page[number]] if isinstance(of_page, ArrayObject) and number < len(of_page) else []
        elif xobject is not None:
            inside = self._looked_up(xobject.get("/StructParents"))
            known = [
                self._looked_up(xobject.get("/StructParent")),
                *(inside if isinstance(inside, ArrayObject) else ()),
            ]
        else:
            known = []
        return [element for one in known if (element := _element(one)) is not None]

    def figure(self, element: DictionaryObject | None) -> DictionaryObject | None:
        """Return the figure that an element is, or is in."""
        for _ in range(_DEEPEST):
            if element is None or "/S" not in element:
                return None
            kind = element["/S"]
            if "/Figure" in (kind, self._roles.get(kind)):
                return element
            element = _element(element.get("/P"))
        return None

    def add(self, page: DictionaryObject, kind: str, numbers: Sequence[int]) -> DictionaryObject:
        """Return a new element, at the end of the document, of some marks of a page."""
        parent = self._top = self._top or self._document()
        element = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/StructElem"),
                NameObject("/S"): NameObject(kind),
                NameObject("/P"): reference_of(parent) or parent,
                NameObject("/Pg"): reference_of(page) or page,
                NameObject("/K"): ArrayObject(map(NumberObject, numbers)),
            }
        )
        reference = self._draft.add(element)
        self._append(parent, "/K", reference)
        of_page = self._marks_of(page)
        of_page.extend(NullObject() for _ in range(max(numbers) + 1 - len(of_page)))
        for number in numbers:
            of_page[number] = reference
        self._touch(of_page, *(node for _, value, node in _entries(self._parents) if value is of_page), self._root)
        return element

    def _touch(self, *objects: PdfObject) -> None:
        """Take in that the first has changed, which is part of the next, and so on: one of them has a number."""
        self._draft.touch(next((one for one in objects if reference_of(one) is not None), objects[-1]))

    def _append(self, node: DictionaryObject, key: str, *values: PdfObject) -> None:
        """Put values at the end of a list."""
        found = _list(node, key)
        found.extend(values)
        self._touch(found, node, self._root)

    def describe(self, figure: DictionaryObject, text: str, box: Rect | None = None) -> None:
        """Give a figure a text, and say where it is; a text that it has is gone on with."""
        before = str(figure.get("/Alt", "")).strip()
        figure[NameObject("/Alt")] = TextStringObject(f"{before} {text}".strip())
        if box is not None:
            layout = DictionaryObject(
                {NameObject("/O"): NameObject("/Layout"), NameObject("/Placement"): NameObject("/Block")}
            )
            layout[NameObject("/BBox")] = ArrayObject([FloatObject(round(value, 2)) for value in box])
            figure[NameObject("/A")] = layout
        if reference_of(figure) is not None or box is None:
            self._draft.touch(figure)

    def _document(self) -> DictionaryObject:
        """Return the element that all others are in."""
        kids = _list(self._root, "/K")
        found = [element for kid in kids if (element := _element(kid)) is not None]
        if len(found) == 1 and len(kids) == 1 and found[0].get("/S") in {"/Document", "/Part", "/Art", "/Sect"}:
            return found[0]
        if self.tagged:
            return self._root
        document = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/StructElem"),
                NameObject("/S"): NameObject("/Document"),
                NameObject("/P"): reference_of(self._root) or self._root,
                NameObject("/K"): ArrayObject(),
            }
        )
        document.indirect_reference = self._draft.add(document)
        self._append(self._root, "/K", document.indirect_reference)
        return document

    def _marks_of(self, page: DictionaryObject) -> ArrayObject:
        """Return the list of elements by the numbers of a page's marks."""
        reference = reference_of(page)
        known = self._made.get(reference.idnum) if reference is not None else None
        found = known if known is not None else self._looked_up(page.get("/StructParents"))
        if isinstance(found, ArrayObject):
            return found
        made = ArrayObject()
        if reference is not None:
            self._made[reference.idnum] = made
        page[NameObject("/StructParents")] = NumberObject(self._next)
        page[NameObject("/Tabs")] = NameObject("/S")
        self._draft.touch(page)
        self._add_parent(self._next, self._new_list(made))
        self._next += 1
        self._root[NameObject("/ParentTreeNextKey")] = NumberObject(self._next)
        self._draft.touch(self._root)
        return made

    def _new_list(self, made: ArrayObject) -> IndirectObject:
        """Return the reference of a new list, which knows it, too: it will be added to."""
        made.indirect_reference = self._draft.add(made)
        return made.indirect_reference

    def _add_parent(self, key: int, value: IndirectObject) -> None:
        """Put an entry, whose key is larger than all others, into the tree of parents."""
        pair = [NumberObject(key), value]
        if "/Kids" not in self._parents:
            self._append(self._parents, "/Nums", *pair)
            return
        leaf = DictionaryObject(
            {
                NameObject("/Nums"): ArrayObject(pair),
                NameObject("/Limits"): ArrayObject([NumberObject(key), NumberObject(key)]),
            }
        )
        self._append(self._parents, "/Kids", self._draft.add(leaf))

    def _new_root(self) -> DictionaryObject:
        root = DictionaryObject({NameObject("/Type"): NameObject("/StructTreeRoot"), NameObject("/K"): ArrayObject()})
        # "Suspects": the order is that of the page's content, and nobody has looked it over.
        marked = {NameObject("/Marked"): BooleanObject(True), NameObject("/Suspects"): BooleanObject(True)}
        root.indirect_reference = self._draft.add(root)
        self._catalog[NameObject("/StructTreeRoot")] = root.indirect_reference
        self._catalog[NameObject("/MarkInfo")] = DictionaryObject(marked)
        self._draft.touch(self._catalog)
        for page in self._draft.document.pages:
            page.pop("/StructParents", None)  # left over from a structure that is gone
        return root

    def _parent_tree(self) -> DictionaryObject:
        found = self._root.get("/ParentTree")
        if found is not None and isinstance(found.get_object(), DictionaryObject):
            return _dictionary(found)
        made = DictionaryObject({NameObject("/Nums"): ArrayObject()})
        made.indirect_reference = self._draft.add(made)
        self._root[NameObject("/ParentTree")] = made.indirect_reference
        self._draft.touch(self._root)
        return made

    def _next_key(self) -> int:
        said = self._root.get("/ParentTreeNextKey", 0)
        return max([int(said) if isinstance(said, int) else 0, *(key + 1 for key, _, _ in _entries(self._parents))])

    def _looked_up(self, key: object) -> PdfObject | None:
        if not isinstance(key, int):
            return None
        return next((value.get_object() for number, value, _ in _entries(self._parents) if number == key), None)


def reference_of(value: PdfObject) -> IndirectObject | None:
    """Return the number of an object; None for what is part of another."""
    found: IndirectObject | None = getattr(value, "indirect_reference", None)
    return found


def _entries(node: DictionaryObject, depth: int = 0) -> Iterator[tuple[int, Any, DictionaryObject]]:
    """Yield the entries of a tree of numbers, each with the node that it is in."""
    numbers = node.get("/Nums")
    numbers = numbers.get_object() if numbers is not None else []
    for at in range(0, len(numbers) - 1, 2):
        if isinstance(numbers[at], int):
            yield int(numbers[at]), numbers[at + 1], node
    if depth < _DEEPEST and "/Kids" in node:
        for kid in _list(node, "/Kids"):
            yield from _entries(_dictionary(kid), depth + 1)


def _list(node: DictionaryObject, key: str) -> ArrayObject:
    """Return the list under a key, which becomes one where it is a single thing."""
    found = node.get(key)
    value = found.get_object() if found is not None else None
    if isinstance(value, ArrayObject):
        return value
    made = ArrayObject([node.raw_get(key)] if value is not None else [])
    node[NameObject(key)] = made
    return made


def _element(value: object) -> DictionaryObject | None:
    found = _dictionary(value)
    return found if "/S" in found else None


def _dictionary(value: object) -> DictionaryObject:
    found = value.get_object() if value is not None else None  # type: ignore[attr-defined]
    return found if isinstance(found, DictionaryObject) else DictionaryObject()

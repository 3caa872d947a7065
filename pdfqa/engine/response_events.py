"""The events of a response: what happens while it is answered, told as the wire tells it, and its output made of it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from pdfqa.engine.answering import Called, Cited, Finished, Happening, Searched, Written
from pdfqa.engine.history import item_id
from pdfqa.wire import Event, SearchResult
from pdfqa.wire.items import (
    CitedFile,
    CompactionItem,
    ContentPart,
    FileSearchCall,
    FoundText,
    FunctionCallItem,
    InputImage,
    Item,
    MessageItem,
    OutputText,
)
from pdfqa.wire.responses import Response

Put = Callable[[dict[str, Any]], None]
RESULTS, IMAGES = "file_search_call.results", "message.input_image.image_url"
_PADDED = 32  # characters that a delta with its obfuscation has a multiple of

replace = msgspec.structs.replace
plain = msgspec.to_builtins


class Teller:
    """Tells what becomes of a response, event by event, and holds what has become of it so far.

    Args:
        response: The response as it begins.
        put: Takes each event.
        first: The number of the first item of the output: those before it are of the input.
        searches: Whether searches are items of the output.
    """

    def __init__(self, response: Response, put: Put, *, first: int = 0, searches: bool = True) -> None:
        self.response = response
        self._put = put
        self._first = first
        self._searches = searches
        self._number = 0
        self._message: MessageItem | None = None  # the one that is being written
        self._text = ""

    def begin(self) -> None:
        """Tell that there is a response, and that it is being made."""
        self._tell_all("response.created")
        if self.response.status == "queued":
            self._tell_all("response.queued")
            self.response = replace(self.response, status="in_progress")
        self._tell_all("response.in_progress")

    def happened(self, happening: Happening) -> None:
        """Tell what has happened."""
        if isinstance(happening, Searched):
            if self._searches:
                results = list(map(_found, happening.results))
                self.item(FileSearchCall(id=self.next_id("fs_"), queries=happening.queries, results=results))
        elif isinstance(happening, Written):
            self._write(happening.text)
        elif isinstance(happening, Called):
            self._close(OutputText(text=self._text))
            for call in happening.calls:
                self.item(
                    FunctionCallItem(id=self.next_id("fc_"), call_id=call.id, name=call.name, arguments=call.arguments)
                )
        else:
            self._finish(happening)

    def item(self, item: Item) -> None:
        """Tell of an item that is whole."""
        if isinstance(item, MessageItem):
            for part in item.content:
                if isinstance(part, OutputText):
                    self._write(part.text, item.id)
                    self._close(part, incomplete=item.status == "incomplete")
            return
        if isinstance(item, FileSearchCall):
            self._open(replace(item, status="in_progress", queries=[], results=None))
            for state in ("in_progress", "searching", "completed"):
                self._tell(f"response.file_search_call.{state}", item_id=item.id)
        elif isinstance(item, FunctionCallItem):
            name, arguments = item.name, item.arguments
            self._open(replace(item, status="in_progress", arguments=""))
            self._tell("response.function_call_arguments.delta", item_id=item.id, delta=arguments)
            self._tell("response.function_call_arguments.done", item_id=item.id, name=name, arguments=arguments)
        elif isinstance(item, CompactionItem):
            self._open(item)
            self._tell("response.compaction.compacting", item_id=item.id)
        self._done(item)

    def ended(self, response: Response) -> None:
        """Tell that this is what has become of it."""
        self.response = response
        self._tell_all(f"response.{response.status}")

    def broken_off(self) -> None:
        """Give up the message that was being written; what there is of it stays, as incomplete."""
        self._close(OutputText(text=self._text), incomplete=True)

    def next_id(self, prefix: str) -> str:
        """Return the id of the next item."""
        return item_id(prefix, self.response.id, self._first + len(self.response.output))

    def _write(self, text: str, id_: str = "") -> None:
        if self._message is None:
            self._text = ""
            self._message = MessageItem(
                id=id_ or self.next_id("msg_"), role="assistant", status="in_progress", content=[]
            )
            self._open(self._message)
            self._tell_part("response.content_part.added", part=plain(OutputText(text="")))
        self._text += text
        self._tell_part("response.output_text.delta", delta=text, logprobs=[])

    def _finish(self, happening: Finished) -> None:
        rest = happening.text.removeprefix(self._text if self._message else "")
        if self._message is None or (rest and len(rest) < len(happening.text)):
            self._write(rest)
        part = OutputText(
            text=happening.text, annotations=[_cited(happening.text, cited) for cited in happening.citations]
        )
        self._close(part, incomplete=happening.incomplete is not None)

    def _close(self, part: OutputText, *, incomplete: bool = False) -> None:
        if self._message is None:
            return
        for number, annotation in enumerate(part.annotations):
            self._tell_part(
                "response.output_text.annotation.added", annotation_index=number, annotation=plain(annotation)
            )
        self._tell_part("response.output_text.done", text=part.text, logprobs=[])
        self._tell_part("response.content_part.done", part=plain(part))
        message, self._message = self._message, None
        self._done(replace(message, status="incomplete" if incomplete else "completed", content=[part]))

    def _open(self, item: Item) -> None:
        self._tell("response.output_item.added", item=plain(item))

    def _done(self, item: Item) -> None:
        self._tell("response.output_item.done", item=plain(item))
        self.response = replace(self.response, output=[*self.response.output, item])

    def _tell_all(self, type_: str) -> None:
        self._number_and_put({"type": type_, "response": plain(self.response)})

    def _tell_part(self, type_: str, **fields: Any) -> None:
        self._tell(type_, item_id=self._message.id if self._message else "", content_index=0, **fields)

    def _tell(self, type_: str, **fields: Any) -> None:
        self._number_and_put({"type": type_, "output_index": len(self.response.output), **fields})

    def _number_and_put(self, data: dict[str, Any]) -> None:
        self._put({**data, "sequence_number": self._number})
        self._number += 1


def retold(response: Response) -> list[dict[str, Any]]:
    """Return the events of a response that is done and whose own were not kept."""
    events: list[dict[str, Any]] = []
    teller = Teller(replace(response, output=[], status="in_progress", usage=None, completed_at=None), events.append)
    teller.begin()
    for item in response.output:
        teller.item(item)
    if response.status != "cancelled":  # of that the wire has no event
        teller.ended(response)
    return events


def shown(response: Response, include: Sequence[str]) -> Response:
    """Return a response with only those parts that are shown to who includes some."""
    return replace(response, output=[shown_item(item, include) for item in response.output])


def shown_item(item: Item, include: Sequence[str]) -> Item:
    """Return an item with only those parts that are shown to who includes some."""
    if isinstance(item, FileSearchCall) and RESULTS not in include:
        return replace(item, results=None)
    if isinstance(item, MessageItem) and IMAGES not in include:
        return replace(item, content=list(map(_without_url, item.content)))
    return item


def as_event(data: dict[str, Any], include: Sequence[str], *, obfuscate: bool = False) -> Event:
    """Return an event as it is sent to who includes some parts and may want the size of deltas hidden."""
    if RESULTS not in include:
        if "response" in data:
            response = data["response"]
            data = {**data, "response": {**response, "output": list(map(_without_results, response["output"]))}}
        elif "item" in data:
            data = {**data, "item": _without_results(data["item"])}
    if obfuscate and "delta" in data:
        padding = -len(data["delta"]) % _PADDED
        data = {**data, "obfuscation": secrets.token_hex(_PADDED)[:padding]}
    return Event(event=data["type"], data=data)


def _without_results(item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "results": None} if item["type"] == "file_search_call" else item


def _without_url(part: ContentPart) -> ContentPart:
    return replace(part, image_url=None) if isinstance(part, InputImage) else part


def _found(result: SearchResult) -> FoundText:
    return FoundText(
        file_id=result.file_id,
        filename=result.filename,
        score=result.score,
        text="\n".join(piece.text for piece in result.content),
        attributes=result.attributes,
        page=result.page,
        label=result.label,
        start=result.start,
        end=result.end,
    )


def _cited(text: str, cited: Cited) -> CitedFile:
    citation = cited.citation
    return CitedFile(
        file_id=citation.file_id,
        filename=citation.filename,
        index=cited.start,
        text=text[cited.start : cited.end],
        page=citation.page,
        label=citation.label,
        quote=citation.quote,
        start=citation.start,
        end=citation.end,
        verified=citation.verified,
        score=citation.score,
        boxes=[list(box) for box in citation.boxes],
        source=citation.source,
        table=citation.table or msgspec.UNSET,
    )

"""What `PDFQA` does besides single questions and whole documents: conversations that last, text in pictures."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from pdfqa import chat_context
from pdfqa.chat import Asked, Chat
from pdfqa.config import is_count
from pdfqa.engine import Engine
from pdfqa.engine.library import Library, Report
from pdfqa.errors import InvalidRequestError, InvalidValueError
from pdfqa.given import Source
from pdfqa.progress import reporting
from pdfqa.wire import check
from pdfqa.wire.requests import CreateRun

if TYPE_CHECKING:
    from pdfqa.engine import descriptions
    from pdfqa.engine.recognitions import Wish
    from pdfqa.results_pictures import Descriptions, LookEstimates, Recognitions


_COARSEST, _FINEST = 36.0, 1_200.0  # dots an inch
_MOST_AT_ONCE = 64


class Copilots(Asked):
    """Conversations and text in pictures, as methods of `PDFQA`."""

    _engine: Engine
    _library: Library
    _passwords: tuple[str, ...]
    _paths: Sequence[Source]

    def chat(
        self,
        *,
        instructions: str | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        max_completion_tokens: int | None = None,
        max_prompt_tokens: int | None = None,
        last_messages: int | None = None,
    ) -> Chat:
        """Return a conversation, in which a short question is understood from the one before.

        All arguments are for a model, which is to be named; what is not given is the model's own.

        Args:
            instructions: What the model is told besides, as its system prompt.
            temperature: How freely it writes, from 0 to 2.
            top_p: Of which share of the likeliest words it chooses, from 0 to 1.
            max_completion_tokens: How long an answer may be.
            max_prompt_tokens: How much it is given at most, passages and conversation together.
            last_messages: How many messages of the conversation it sees; by default those that fit.

        Raises:
            InvalidRequestError: A value is out of range, or there is no model to take them.
        """
        given: dict[str, Any] = {
            "instructions": instructions,
            "temperature": temperature,
            "top_p": top_p,
            "max_completion_tokens": max_completion_tokens,
            "max_prompt_tokens": max_prompt_tokens,
        }
        if last_messages is not None:
            given["truncation_strategy"] = {"type": "last_messages", "last_messages": last_messages}
        options = {name: value for name, value in given.items() if value is not None}
        check(CreateRun, {"assistant_id": "", **options})
        if options and self._engine.settings.model is None:
            name = min(options)
            raise InvalidRequestError(
                f"{name} needs a model; without one, documents are quoted",
                hint="Name a model: --model, PDFQA_MODEL, or PDFQA(model=…).",
                param=name,
            )
        return Chat(self, self._engine, self._library, options=options)

    def restore(self, path: str | os.PathLike[str]) -> Chat:
        """Return the conversation whose context was saved in a file, to go on with it.

        It is about the files that it was about, unless this object was made for others.

        Args:
            path: What `Chat.save_context` wrote.

        Raises:
            FileMissingError: There is no such file.
            InvalidRequestError: It holds something else.
            ObjectNotFoundError: The conversation is in another home directory, or was deleted.
        """
        thread = chat_context.thread_of(self._engine, chat_context.load(path))
        return Chat(self, self._engine, self._library, thread=thread)

    def resume(self, *, progress: Report | bool | None = None) -> Chat:
        """Return the last conversation about these files, to go on with it; without files, the last of all.

        Args:
            progress: Told of the reading of files that were not read before; True draws a bar.

        Raises:
            ObjectNotFoundError: There is none.
        """
        store_id = self.prepare(progress)[0].id if self.names_files else None
        return Chat(self, self._engine, self._library, thread=chat_context.latest(self._engine, store_id))

    def recognize(
        self,
        *paths: Source,
        pages: Sequence[int] | None = None,
        resolution: float | None = None,
        detail: str = "auto",
        instructions: str = "",
        offline: bool = False,
        again: bool = False,
        at_once: int | None = None,
        progress: Report | bool | None = None,
    ) -> Recognitions:
        """Return the text in the pictures of pages, page by page, whatever text layer they have.

        A model that sees reads them, if there is a model; else what pdfqa[ocr] installs, on this machine. A page that
        fails never stops the others. What a model has replied is kept: an interrupted call goes on where it was.

        Args:
            *paths: PDFs, images (PNG, JPEG, WebP, GIF that does not move), folders of these, or their bytes; without
                any, those of this object. They need not have been added, and are not.
            pages: Only these pages, counted from 1.
            resolution: With how many dots an inch pages of PDFs are drawn: 300 for a model; without one as many as it
                takes.
            detail: How closely a model looks: "auto", "low" or "high".
            instructions: What a model is told besides, such as how to write formulas.
            offline: Whether to leave the model out.
            again: Whether a model is asked anew about pages that it has read before.
            at_once: How many pages a model is asked about at once; by default 1 where it is on this machine, else 4.
            progress: Told of every page; True draws a bar.

        Raises:
            InvalidRequestError: A value is out of range, there is no such page, or instructions have no model.
            MissingExtraError: There is neither a model nor the extra.
        """
        from pdfqa.engine.recognitions import Recognising

        wish = _wish(pages, resolution, detail, instructions, offline=offline, again=again)
        wish = msgspec.structs.replace(wish, at_once=_checked_number(at_once))
        with reporting(progress) as report:
            return Recognising(self._engine, wish, self._passwords, report).run(paths or self._paths)

    def estimate_recognition(
        self,
        *paths: Source,
        pages: Sequence[int] | None = None,
        resolution: float | None = None,
        detail: str = "auto",
        instructions: str = "",
        again: bool = False,
    ) -> LookEstimates:
        """Return what `recognize` would ask of the model: calls, tokens, price. Nothing is asked of it.

        Args:
            *paths: As for `recognize`, as what follows.
            pages: Only these pages.
            resolution: Dots an inch.
            detail: How closely it looks.
            instructions: What it is told besides.
            again: Whether it is asked anew.
        """
        from pdfqa.engine.recognitions import Recognising

        wish = _wish(pages, resolution, detail, instructions, offline=False, again=again)
        return Recognising(self._engine, wish, self._passwords).estimate(paths or self._paths)

    def describe_images(
        self,
        *paths: Source,
        page: int | None = None,
        prompt: str = "",
        instructions: str = "",
        detail: str = "auto",
        smallest: int = 32,
        alt_text: str | os.PathLike[str] | None = None,
        again: bool = False,
        at_once: int | None = None,
        progress: Report | bool | None = None,
    ) -> Descriptions:
        """Return what the images of PDFs, and image files, show, each in the words of a model that sees.

        An image that is shown several times is asked about once. What a model has replied is kept: an interrupted call
        goes on where it was.

        Args:
            *paths: PDFs, images (PNG, JPEG, WebP, GIF that does not move), folders of these, or their bytes; without
                any, those of this object. They need not have been added, and are not.
            page: Only the images of this page of PDFs.
            prompt: What is asked about each image, instead of our own question.
            instructions: What the model is told besides, such as in which language to write.
            detail: How closely it looks: "auto", "low" or "high".
            smallest: Images with fewer pixels on a side are passed over.
            alt_text: Where to write a copy of the PDF with the descriptions as alternative texts; of several PDFs, a
                folder for the copies. The original stays as it is.
            again: Whether a model is asked anew about images that it has described before.
            at_once: How many images it is asked about at once; by default 1 where it is on this machine, else 4.
            progress: Told of every image; True draws a bar.

        Raises:
            InvalidRequestError: There is no model, a value is out of range, or an original would be written over.
            FileWriteError: The copy cannot be written.
        """
        wish = _description_wish(page, prompt, instructions, detail, smallest, again=again)
        wish = msgspec.structs.replace(wish, at_once=_checked_number(at_once))
        from pdfqa.engine.descriptions import Describing

        with reporting(progress) as report:
            return Describing(self._engine, wish, self._passwords, report).run(paths or self._paths, alt_text)

    def estimate_descriptions(
        self,
        *paths: Source,
        page: int | None = None,
        prompt: str = "",
        instructions: str = "",
        detail: str = "auto",
        smallest: int = 32,
        again: bool = False,
    ) -> LookEstimates:
        """Return what `describe_images` would ask of the model: calls, tokens, price. Nothing is asked of it.

        Args:
            *paths: As for `describe_images`, as what follows.
            page: Only the images of this page.
            prompt: What is asked.
            instructions: What it is told besides.
            detail: How closely it looks.
            smallest: Images with fewer pixels on a side are passed over.
            again: Whether it is asked anew.
        """
        wish = _description_wish(page, prompt, instructions, detail, smallest, again=again)
        from pdfqa.engine.descriptions import Describing

        return Describing(self._engine, wish, self._passwords).estimate(paths or self._paths)

    def write_alt_texts(self, described: Descriptions, path: str | os.PathLike[str]) -> Descriptions:
        """Write descriptions, which you may have looked over and changed, into copies of their PDFs.

        Args:
            described: What `describe_images` returned; its files are still where they were.
            path: The copy, or, for several PDFs, a folder.

        Raises:
            FileError: A PDF cannot be used.
            FileWriteError: The copy cannot be written.
        """
        from pdfqa.engine.descriptions import rewritten

        return rewritten(self._engine, described, path, self._passwords)


def _checked_number(at_once: int | None) -> int | None:
    if at_once is not None and not is_count(at_once, 1, _MOST_AT_ONCE):
        raise InvalidValueError(f"at_once is {at_once!r}; it must be from 1 to {_MOST_AT_ONCE}", param="at_once")
    return at_once


def _description_wish(
    page: int | None, prompt: str, instructions: str, detail: str, smallest: int, *, again: bool
) -> descriptions.Wish:
    from pdfqa.engine.descriptions import Wish
    from pdfqa.engine.showing import checked_detail

    return Wish(
        page=page,
        prompt=prompt,
        instructions=instructions,
        detail=checked_detail(detail),
        smallest=smallest,
        again=again,
    )


def _are_numbers(pages: Any) -> bool:
    return not isinstance(pages, str | int) and all(isinstance(number, int) for number in pages)


def _wish(
    pages: Sequence[int] | None,
    resolution: float | None,
    detail: str,
    instructions: str,
    *,
    offline: bool,
    again: bool,
) -> Wish:
    from pdfqa.engine.recognitions import Wish
    from pdfqa.engine.showing import checked_detail

    if resolution is not None and not _COARSEST <= resolution <= _FINEST:
        raise InvalidValueError(
            f"resolution is {resolution}; it must be from {_COARSEST:g} to {_FINEST:g} dots an inch", param="resolution"
        )
    if pages is not None and not _are_numbers(pages):
        raise InvalidRequestError(
            f"pages is {pages!r}; it is a list of numbers", hint="Give such as pages=[2, 5].", param="pages"
        )
    return Wish(
        pages=None if pages is None else list(pages),
        resolution=resolution,
        detail=checked_detail(detail),
        instructions=instructions,
        offline=offline,
        again=again,
    )

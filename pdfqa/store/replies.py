"""What a model replied about a document, kept: a long job goes on where it stopped, and a second one costs nothing.

A reply is found by all that was asked for it: the model, its server, every word of the messages. It goes with its
document.
"""

from __future__ import annotations

import msgspec

from pdfqa.store.database import Database
from pdfqa.wire import Usage


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What a model wrote, why it stopped, and the tokens used."""

    text: str
    reason: str = "stop"
    prompt_tokens: int = 0
    completion_tokens: int = 0

    @property
    def usage(self) -> Usage:
        """Return the tokens used."""
        sent, got = self.prompt_tokens, self.completion_tokens
        return Usage(prompt_tokens=sent, completion_tokens=got, total_tokens=sent + got)


_REPLY = msgspec.msgpack.Decoder(Reply)


class Replies:
    """The replies that are kept in one home directory."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, document: str, digest: str) -> Reply | None:
        """Return the reply on a document (by the hash of its bytes) to what has this digest, if there was one."""
        row = self._database.row("SELECT body FROM replies WHERE document = ? AND digest = ?", (document, digest))
        return _REPLY.decode(row[0]) if row else None

    def keep(self, document: str, digest: str, reply: Reply) -> None:
        """Keep a reply, instead of an earlier one to the same; a document that was deleted meanwhile has none."""
        with self._database.atomic() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO replies (document, digest, body) "
                "SELECT sha256, ?, ? FROM contents WHERE sha256 = ?",
                (digest, msgspec.msgpack.encode(reply), document),
            )

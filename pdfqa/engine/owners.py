"""The owners of objects: API keys, and what was made with each."""

from __future__ import annotations

import secrets
from contextlib import suppress

import msgspec

from pdfqa.engine.context import Engine
from pdfqa.errors import InvalidRequestError, ObjectNotFoundError
from pdfqa.store.keys import Key, Keys, digest

_PREFIX = "sk-pdfqa-"


class Owners:
    """The API keys of a home directory, and what belongs to them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.keys = Keys(engine.database)

    def add(self, name: str) -> tuple[Key, str]:
        """Make a key and return it with its secret, which is kept nowhere.

        Raises:
            InvalidRequestError: The name is taken.
        """
        with self._engine.database.atomic():
            if self.keys.named(name):
                raise InvalidRequestError(
                    f"there is a key named {name!r} already",
                    hint=f"Choose another name; 'pdfqa keys renew {name}' gives it a new secret.",
                    param="name",
                )
            key = Key(id=self._engine.new_id("key_"), name=name, digest="", created_at=self._engine.now())
            return self._with_secret(key)

    def renew(self, name: str) -> tuple[Key, str]:
        """Give a key a new secret, in place of the one it had."""
        with self._engine.database.atomic():  # or one that is being removed would come back
            return self._with_secret(self.get(name))

    def _with_secret(self, key: Key) -> tuple[Key, str]:
        secret = _PREFIX + secrets.token_urlsafe(32)
        return self.keys.put(msgspec.structs.replace(key, digest=digest(secret))), secret

    def get(self, name: str) -> Key:
        """Return the key with a name or id.

        Raises:
            ObjectNotFoundError: There is none.
        """
        key = self.keys.named(name)
        if key is None:
            raise ObjectNotFoundError(
                f"there is no key named {name!r}", hint="'pdfqa keys list' shows them all.", param="name"
            )
        return key

    def count(self, owner: str) -> int:
        """Return how many objects belong to an owner."""
        return self.keys.count(owner)

    def remove(self, name: str, *, with_objects: bool = False) -> Key:
        """Remove a key, and what was made with it.

        Raises:
            InvalidRequestError: Something was made with it, and it was not said that it may go.
        """
        key = self.get(name)
        count = self.count(key.id)
        if count and not with_objects:
            made = "1 object was" if count == 1 else f"{count:,} objects were"
            raise InvalidRequestError(
                f"{made} made with the key {key.name!r}, out of reach without it",
                hint=f"--with-objects deletes that as well; or lock its users out with 'pdfqa keys renew {key.name}'.",
                param="name",
            )
        self.keys.delete(key.id)  # first, so that nothing more is made with it
        self._delete_objects(key.id)
        return key

    def _delete_objects(self, owner: str) -> None:
        view = self._engine.owned_by(owner)
        for upload in view.upload_objects.all():
            with suppress(InvalidRequestError):  # those that are over have no bytes of their own
                view.uploads.cancel(upload.id)
        for file in view.file_objects.all():
            with suppress(ObjectNotFoundError):
                view.files.delete(file.id)
        self.keys.delete_objects(owner)

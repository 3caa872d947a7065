"""A model that sees: behind the loopback server, it looks at the bytes of pictures that arrive, and tells of them."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from starlette.responses import JSONResponse, Response

from tests.model_server import Json, Reply, says

Looking = Callable[["Seen"], str]


class Seen:
    """A picture that arrived: its media type, its bytes, and its pixels as blue, green and red."""

    def __init__(self, url: str, body: Json) -> None:
        head, _, data = url.partition(";base64,")
        self.type = head.removeprefix("data:")
        self.data = base64.b64decode(data, validate=True)
        self.body = body
        self.pixels: Any = cv2.imdecode(np.frombuffer(self.data, np.uint8), cv2.IMREAD_COLOR)

    @property
    def size(self) -> tuple[int, int]:
        height, width = self.pixels.shape[:2]
        return width, height

    @property
    def colour(self) -> str:
        """The strongest of blue, green and red, or grey where they are alike."""
        mean = self.pixels.reshape(-1, 3).mean(axis=0)
        if mean.max() - mean.min() < 8:
            return "white" if mean.min() > 200 else "grey"
        return ("blue", "green", "red")[int(mean.argmax())]

    @property
    def ink(self) -> float:
        """The share of dark pixels."""
        return float((self.pixels.mean(axis=2) < 128).mean())


def sees(look: Looking = lambda seen: f"a {seen.colour} picture of {seen.size[0]} x {seen.size[1]}") -> Reply:
    """Return a reply that tells what is in the one picture that came."""

    def reply(body: Json) -> Response:
        parts = [part for message in body["messages"] if isinstance(message["content"], list)
                 for part in message["content"]]  # fmt: skip
        urls = [part["image_url"]["url"] for part in parts if part["type"] == "image_url"]
        if len(urls) != 1 or not urls[0].startswith("data:image/"):
            return JSONResponse({"error": {"message": f"{len(urls)} pictures came"}}, 400)
        return says(look(Seen(urls[0], body)))(body)

    return reply


def detail_of(body: Json) -> str | None:
    """Return how closely a picture was asked to be looked at."""
    found: str | None = body["messages"][-1]["content"][-1]["image_url"].get("detail")
    return found


def as_bytes(pixels: Any, suffix: str = ".png") -> bytes:
    """Return pixels (blue, green, red) as an image file."""
    done, data = cv2.imencode(suffix, pixels)
    assert done
    return bytes(io.BytesIO(data.tobytes()).getvalue())


def plain(colour: tuple[int, int, int], width: int = 60, height: int = 40) -> Any:
    """Return pixels of one colour, given as blue, green and red."""
    return np.full((height, width, 3), colour, np.uint8)

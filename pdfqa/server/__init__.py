"""The server: the operations over HTTP, as OpenAI's own clients ask for them.

This package alone imports Starlette and uvicorn. Routes are made from the table of operations. A request passes
through `entry` (its id, its errors, its line in the log), `gate` (whose it is), `routes` (which operation, and
what is sent back) and `reading` (what it asks for).
"""

from pdfqa.server.app import Limits, app

__all__ = ["Limits", "app"]

"""Storage: one SQLite database in the home directory, and the bytes of uploaded files beside it."""

from pdfqa.store.attachments import Attachments
from pdfqa.store.blobs import Blobs
from pdfqa.store.database import Database
from pdfqa.store.documents import Documents, StoredIndex
from pdfqa.store.events import Events
from pdfqa.store.jobs import Job, Jobs
from pdfqa.store.objects import Objects
from pdfqa.store.replies import Replies, Reply
from pdfqa.store.vectors import Vectors

__all__ = [
    "Attachments",
    "Blobs",
    "Database",
    "Documents",
    "Events",
    "Job",
    "Jobs",
    "Objects",
    "Replies",
    "Reply",
    "StoredIndex",
    "Vectors",
]

"""The schema, as numbered steps; a step that has been released is never changed."""

from __future__ import annotations

# AUTOINCREMENT where an id is remembered by a process while another may delete what it named.
_FIRST = (
    # Every resource of the wire, as the JSON it is sent as. `key` finds it by something other than its id:
    # a file by the hash of its content, a vector store by the set of contents it was made for.
    """CREATE TABLE objects (
        seq INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        parent TEXT NOT NULL,
        id TEXT NOT NULL,
        key TEXT,
        body BLOB NOT NULL,
        UNIQUE (kind, parent, id))""",
    "CREATE INDEX objects_in_order ON objects (kind, parent, seq)",
    "CREATE INDEX objects_by_key ON objects (kind, key) WHERE key IS NOT NULL",
    "CREATE INDEX objects_by_id ON objects (kind, id)",
    # Where the bytes with a given hash are: a path that was seen, or (path NULL) the blobs directory.
    """CREATE TABLE contents (
        sha256 TEXT PRIMARY KEY,
        bytes INTEGER NOT NULL,
        path BLOB) WITHOUT ROWID""",  # as the system spells it, which need not be text
    "CREATE INDEX contents_by_path ON contents (path)",
    """CREATE TABLE documents (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        sha256 TEXT NOT NULL UNIQUE REFERENCES contents ON DELETE CASCADE,
        pages INTEGER NOT NULL,
        language TEXT NOT NULL,
        read_at INTEGER NOT NULL,
        info BLOB NOT NULL,
        unread BLOB NOT NULL)""",
    """CREATE TABLE pages (
        document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
        number INTEGER NOT NULL,
        label TEXT NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (document, number))""",
    # The words of a document's name (file name, title, headings of its first page): said once, meant on every page.
    """CREATE TABLE names (
        term TEXT NOT NULL,
        document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
        PRIMARY KEY (term, document)) WITHOUT ROWID""",
    "CREATE INDEX names_of_document ON names (document)",
    # One document cut into passages in one way. A segment is a range of its pages that was indexed together.
    """CREATE TABLE indexes (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        document INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
        strategy TEXT NOT NULL,
        embedder TEXT NOT NULL,
        passages INTEGER NOT NULL,
        UNIQUE (document, strategy))""",
    """CREATE TABLE segments (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        index_id INTEGER NOT NULL REFERENCES indexes ON DELETE CASCADE,
        language TEXT NOT NULL,
        size INTEGER NOT NULL,
        passages BLOB NOT NULL,
        lengths BLOB NOT NULL,
        numbers BLOB NOT NULL,
        vectors BLOB NOT NULL,
        terms BLOB NOT NULL)""",
    "CREATE INDEX segments_of_index ON segments (index_id)",
    """CREATE TABLE postings (
        term TEXT NOT NULL,
        segment INTEGER NOT NULL,
        data BLOB NOT NULL,
        PRIMARY KEY (term, segment)) WITHOUT ROWID""",
)

# The server: whose an object is, what its list may be filtered by, when it goes, and work that is still to be done.
_SECOND = (
    "ALTER TABLE objects ADD COLUMN owner TEXT NOT NULL DEFAULT ''",
    # A file's purpose, the status of a vector store's file, the run of a message, the model of a chat completion.
    "ALTER TABLE objects ADD COLUMN tag TEXT",
    "ALTER TABLE objects ADD COLUMN expires_at INTEGER",
    """UPDATE objects SET tag = json_extract(CAST(body AS TEXT), CASE kind
        WHEN 'file' THEN '$.purpose' WHEN 'vector_store.file' THEN '$.status' WHEN 'thread.message' THEN '$.run_id'
        END) WHERE kind IN ('file', 'vector_store.file', 'thread.message')""",
    "DROP INDEX objects_in_order",
    "CREATE INDEX objects_in_order ON objects (kind, parent, owner, seq)",
    "CREATE INDEX objects_by_tag ON objects (kind, parent, owner, tag, seq)",
    "DROP INDEX objects_by_key",
    "CREATE INDEX objects_by_key ON objects (kind, key, tag) WHERE key IS NOT NULL",
    "CREATE INDEX objects_by_expiry ON objects (kind, expires_at) WHERE expires_at IS NOT NULL",
    # What the wire leaves out was null, and a vector store did not know its size.
    """UPDATE objects SET body = CAST(json_remove(CAST(body AS TEXT), '$.expires_at', '$.status_details') AS BLOB)
        WHERE kind = 'file'""",
    """UPDATE objects SET body = CAST(json_set(json_remove(CAST(body AS TEXT), '$.expires_after'), '$.usage_bytes', (
            SELECT coalesce(sum(json_extract(CAST(inside.body AS TEXT), '$.usage_bytes')), 0) FROM objects inside
            WHERE inside.kind = 'vector_store.file' AND inside.parent = objects.id)) AS BLOB)
        WHERE kind = 'vector_store'""",
    # `worker` names the process that has taken the job: a claim, so that the death of the process gives it back.
    """CREATE TABLE jobs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        owner TEXT NOT NULL,
        parent TEXT NOT NULL,
        target TEXT NOT NULL,
        worker TEXT,
        attempts INTEGER NOT NULL DEFAULT 0,
        UNIQUE (kind, parent, target))""",
    # An API key: its id is the owner of what is made with it. The key itself is not kept.
    """CREATE TABLE keys (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        digest TEXT NOT NULL UNIQUE,
        created_at INTEGER NOT NULL) WITHOUT ROWID""",
    # The events of a response that was made in the background and streamed, for those who come back for the rest.
    """CREATE TABLE events (
        target TEXT NOT NULL,
        number INTEGER NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (target, number)) WITHOUT ROWID""",
)

# How a document was read, as `ReadOptions` has it: another way may give pages that this one did not.
_THIRD = (
    "ALTER TABLE documents ADD COLUMN reading TEXT NOT NULL DEFAULT ''",
    # The files inside a PDF: what they are, and for a PDF the hash of its bytes and the file that is there for it.
    """CREATE TABLE attachments (
        id INTEGER PRIMARY KEY,
        parent TEXT NOT NULL,
        page INTEGER NOT NULL,
        number INTEGER NOT NULL,
        name TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        kind TEXT NOT NULL,
        child TEXT NOT NULL,
        file TEXT NOT NULL,
        UNIQUE (parent, page, number))""",
    "CREATE INDEX attachments_file ON attachments (file) WHERE file <> ''",
)

# Which way of making an index (`pdfqa.pages.INDEX_VERSION`) it was made by: an older one is made anew by `reindex`.
_FOURTH = ("ALTER TABLE indexes ADD COLUMN version INTEGER NOT NULL DEFAULT 0",)

# What a model replied about a document, by the hash of all that was asked for it.
_FIFTH = (
    """CREATE TABLE replies (
        document TEXT NOT NULL REFERENCES contents ON DELETE CASCADE,
        digest TEXT NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (document, digest)) WITHOUT ROWID""",
)

# What a server's embedder made of a text, by the name of that embedder and the hash of the text.
_SIXTH = (
    """CREATE TABLE vectors (
        embedder TEXT NOT NULL,
        digest TEXT NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (embedder, digest)) WITHOUT ROWID""",
)

# In the order in which they came, so that the oldest can go. What was kept costs little to make again.
_SEVENTH = (
    "DROP TABLE vectors",
    """CREATE TABLE vectors (
        seq INTEGER PRIMARY KEY,
        embedder TEXT NOT NULL,
        digest TEXT NOT NULL,
        body BLOB NOT NULL,
        UNIQUE (embedder, digest))""",
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (_FIRST, _SECOND, _THIRD, _FOURTH, _FIFTH, _SIXTH, _SEVENTH)

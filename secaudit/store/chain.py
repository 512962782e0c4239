"""The hash chain: what is hashed, in which order, in which bytes.

The encoding is simple enough to be checked with other means: a first line that names it, then every field as
``<bytes in decimal>:<UTF-8 text>`` or ``-`` for nothing, one after another. Whole numbers are decimal text. See
``docs/store.md``.
"""

from collections.abc import Mapping
from hashlib import sha256

ORIGIN = ""
"""What the first outcome and the first run are chained to."""

OUTCOME_FIELDS = (
    "number",
    "run",
    "endpoint",
    "way",
    "grade",
    "sight",
    "started_at",
    "finished_at",
    "detail",
    "capture_digest",
    "capture_size",
    "framing_digest",
    "facts_digest",
    "host_key",
    "server_version",
    "lab",
)
OPENING_FIELDS = ("number", "started_at", "who", "way", "scope", "inventory_digest", "catalog_digest")
SEAL_FIELDS = ("opening", "status", "finished_at", "last")


def digest_of(title: str, *fields: object) -> str:
    """SHA-256 over the fields, hexadecimal."""
    hasher = sha256(title.encode() + b"\n")
    for field in fields:
        hasher.update(_encoded(field))
    return hasher.hexdigest()


def outcome_chain(previous: str, opening: str, row: Mapping[str, object]) -> str:
    """The chain value of an outcome: over the one before it, how its run began, and every column of its own."""
    return digest_of("secaudit outcome 1", previous, opening, *(row[name] for name in OUTCOME_FIELDS))


def run_opening(previous_seal: str, row: Mapping[str, object]) -> str:
    """Digest of how a run began and how the run before it ended."""
    return digest_of("secaudit run 1", previous_seal, *(row[name] for name in OPENING_FIELDS))


def run_seal(head: str, row: Mapping[str, object]) -> str:
    """Digest of how a run ended; ``head`` is the chain value of its last outcome, or of the last before it."""
    return digest_of("secaudit run end 1", head, *(row[name] for name in SEAL_FIELDS))


def facts_digest(body: bytes) -> str:
    """Digest of the facts of one outcome, as the JSON text that is kept."""
    return sha256(body).hexdigest()


def reparsed_digest(outcome: int, knowledge: str, body: bytes) -> str:
    """Digest of facts that were parsed again."""
    return digest_of("secaudit facts 1", outcome, knowledge, sha256(body).hexdigest())


def findings_digest(outcome: int, catalog: str, judged_at: str, body: bytes) -> str:
    """Digest of the findings about one outcome under one catalog."""
    return digest_of("secaudit findings 1", outcome, catalog, judged_at, sha256(body).hexdigest())


def _encoded(field: object) -> bytes:
    """One field; kinds that never stand in an intact store are told apart as well, so that a swap of kind is found."""
    if field is None:
        return b"-"
    if isinstance(field, str):
        data = field.encode("utf-8", "surrogateescape")
        return b"%d:%s" % (len(data), data)
    if isinstance(field, int):
        data = str(int(field)).encode()
        return b"%d:%s" % (len(data), data)
    data = field if isinstance(field, bytes) else repr(field).encode()
    return b"?%d:%s" % (len(data), data)

"""Pieces of evidence in words: which way, which grade, which moment, and where the bytes lie."""

from secaudit.messages import Message, literal, msg
from secaudit.model.outcome import Way
from secaudit.report.fact_text import fact_text
from secaudit.report.fact_words import fact_word
from secaudit.report.machine import ConflictRow, ConsoleLine, CourierLine, MachineRow, Side, Trail
from secaudit.report.voice import Voice
from secaudit.report.words import source_words, word

Pair = tuple[Message, str, bool]
"""Label, value, and whether it leads from here to the store."""


def pieces_of(machine: MachineRow) -> tuple[Trail, ...]:
    """All evidence of a machine, in the order that facts and sections name it by."""
    return () if machine.trail is None else (machine.trail, *machine.beside)


def way_words(trail: Trail) -> Message:
    """The way, of a console which one."""
    if trail.console is not None and trail.console.source is not None:
        return word(trail.console.source)
    return word(trail.way)


def origin_words(trail: Trail) -> Message:
    """Grade, way and moment in one line: ``B · Kaspersky Security Center · 14:02 25/11/2026``."""
    return Message(
        "{grade} · {way} · {moment}", {"grade": trail.grade.value, "way": way_words(trail), "moment": trail.observed_at}
    )


def fact_origin(machine: MachineRow, pieces: tuple[int, ...]) -> Message | None:
    """Where a value of a machine is from; None when there is no evidence."""
    known = pieces_of(machine)
    found = [known[place] for place in pieces if place < len(known)]
    if not found:
        return None
    said = origin_words(found[0])
    return said if len(found) == 1 else msg("{first} (and {count} more say so)", first=said, count=len(found) - 1)


def place_words(line: ConsoleLine | CourierLine) -> Message:
    """Where a row or an answer stands in its file."""
    if isinstance(line, CourierLine):
        return msg("answer {block} of the file {file}", block=str(line.block), file=line.file)
    return msg("row {row} of the file {file}", row=str(line.row), file=line.file)


def trail_pairs(trail: Trail, voice: Voice) -> list[Pair]:
    """Label and value of everything that is known of one piece; what is not known is left out."""
    pairs: list[Pair] = [
        (msg("Observed at"), voice.say(msg("{moment} (Vietnamese time)", moment=trail.observed_at)), False),
        (msg("How it was seen"), voice.say(word(trail.way)), False),
        (msg("Grade of evidence"), voice.say(word(trail.grade)), False),
        (msg("Answer complete"), voice.say(msg("yes") if trail.complete else msg("no, it was cut off")), False),
    ]
    if trail.console is not None:
        pairs += _console_pairs(trail.console, voice)
    if trail.courier is not None:
        pairs += _courier_pairs(trail.courier, voice)
    pairs += [
        (msg("Gathering number"), voice.format.number(trail.run), True),
        (msg("Evidence number"), voice.format.number(trail.outcome), True),
        (msg("Server greeting"), (trail.server_version or "") if trail.way in (Way.SSH, Way.LOCAL) else "", True),
        (msg("Host key"), trail.host_key or "", True),
        (msg("Size of the answer"), voice.say(msg("{size} bytes", size=trail.size)) if trail.size else "", True),
        (msg("Digest of the answer (SHA-256)"), trail.digest, True),
        (msg("Chain hash"), trail.chain, True),
    ]
    return [pair for pair in pairs if pair[1]]


def _console_pairs(line: ConsoleLine, voice: Voice) -> list[Pair]:
    exported = voice.say(msg("{moment} (Vietnamese time)", moment=line.exported_at)) if line.exported_at is not None else ""
    return [
        (msg("Console"), voice.say(word(line.source)) if line.source is not None else "", False),
        (msg("File and row"), voice.say(place_words(line)), False),
        (msg("Exported by"), line.exporter, False),
        (msg("Exported at"), exported, False),
        (msg("Mapping of columns"), line.profile, True),
        (msg("Digest of the file (SHA-256)"), line.digest, True),
    ]


def _courier_pairs(line: CourierLine, voice: Voice) -> list[Pair]:
    return [
        (msg("File and answer"), voice.say(place_words(line)), False),
        (msg("Collector"), line.collector, True),
        (msg("Digest of the file (SHA-256)"), line.digest, True),
    ]


def conflict_words(row: ConflictRow, voice: Voice) -> tuple[str, str, str]:
    """What two pieces contradict each other in: the fact, what counts, what stands against it."""
    name = voice.say(fact_word(row.fact))
    return f"{name}, {row.place}" if row.place else name, _side_words(row.counts, voice), _side_words(row.against, voice)


def _side_words(side: Side, voice: Voice) -> str:
    known: list[Message] = [] if side.grade is None else [literal(side.grade.value)]
    known += [] if side.way is None else [source_words(side.source) if side.source else word(side.way)]
    said = [voice.say(part) for part in known] + ([] if side.at is None else [voice.format.moment(side.at)])
    value = fact_text(side.value, voice)
    return f"{value} ({' · '.join(said)})" if said else value

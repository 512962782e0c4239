"""Evidence of the sample province from where SSH does not reach: invented exports and answers, taken in as real ones are.

Everything kept is marked as lab data, also of machines that the inventory does not mark: what came in is invented.
"""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from secaudit.intake.answers import seal_answer
from secaudit.intake.cms import open_envelope
from secaudit.intake.keys import KeyPair, make_key
from secaudit.intake.opening import Opener
from secaudit.lab.answers import platform_of
from secaudit.lab.evidence import LabCourier, LabEvidence, LabExport, write_exports
from secaudit.lab.keys import private_folder, write_private
from secaudit.lab.machines import answer_of
from secaudit.model.base import day_in_vietnam
from secaudit.model.plan import Plan
from secaudit.model.secret import Secret
from secaudit.pipeline.answering import Imported, import_answers, read_answer_files
from secaudit.pipeline.courier_making import MadeCourier, audience, keep_courier, make_courier
from secaudit.pipeline.importing import Importing, accept, read_export, reconcile_export
from secaudit.pipeline.province import Levels, Province
from secaudit.store import Store


@dataclass(frozen=True)
class SampleImport:
    """One export and what became of it."""

    export: LabExport
    path: Path
    importing: Importing


def import_exports(
    province: Province,
    plan: Plan,
    levels: Levels,
    store: Store,
    evidence: LabEvidence,
    *,
    beside: Path,
    folder: Path,
    who: str,
    clock: Callable[[], datetime],
) -> Iterator[SampleImport]:
    """Write each export with present moments into ``folder``, reconcile it and keep what is certain."""
    profiles = province.catalog.consoles
    for export, path in write_exports(evidence, beside, folder, clock()):
        now = clock()
        read = read_export(path, export.source, province, profiles, now=now, exporter=export.exporter)
        importing = reconcile_export(province, plan, levels, store, read, now=now)
        importing = replace(importing, outcomes=tuple(replace(outcome, lab=True) for outcome in importing.outcomes))
        accept(province, plan, levels, store, importing, who=who, clock=clock)
        yield SampleImport(export, path, importing)


@dataclass(frozen=True)
class SampleAnswers:
    """A collector that was handed out and what became of the answers."""

    made: MadeCourier
    package: Path
    sent: Path
    """The file that the agency sends back."""
    imported: Imported


def answers_of_agency(
    province: Province,
    plan: Plan,
    levels: Levels,
    store: Store,
    courier: LabCourier,
    *,
    folder: Path,
    who: str,
    clock: Callable[[], datetime],
) -> SampleAnswers:
    """Make a key under a passphrase that nobody learns and a collector, let the machines of ``courier`` answer, and import that.

    The key lies in ``folder`` and not where the workspace keeps its own.
    """
    now = clock()
    private_folder(folder)
    passphrase = Secret(secrets.token_hex(16))
    pair = make_key(folder, name="sample", passphrase=passphrase, at=now)
    today = day_in_vietnam(now)
    made = make_courier(
        province.inventory,
        audience(province.inventory, courier.agency, today),
        pair.certificate,
        period=f"{today:%Y-%m}",
        via="document",
        contact=None,
        who=who,
        at=now,
    )
    keep_courier(store, made)
    package, sent = folder / f"thu-thap-{courier.agency}.zip", folder / f"tra-loi-{courier.agency}.txt"
    write_private(package, made.package)
    write_private(sent, _answers(courier, made, pair, passphrase, now))
    opener = Opener((pair,), passphrase, {made.record.id: made.record}, str(folder))
    imported = import_answers(province, plan, levels, store, read_answer_files([sent]), opener, who=who, clock=clock, lab=True)
    return SampleAnswers(made, package, sent, imported)


def _answers(courier: LabCourier, made: MadeCourier, pair: KeyPair, passphrase: Secret, now: datetime) -> bytes:
    """What the collector would have written on every machine, one block after another."""
    record = made.record
    token = Secret(open_envelope(record.token, pair.certificate, pair.open(passphrase, where="")).decode("ascii"))
    blocks = []
    for one in courier.answers:
        machine, nonce = one.machine, secrets.token_hex(16)
        blocks.append(
            seal_answer(
                pair.certificate,
                token,
                agency=record.agency,
                period=record.period,
                courier=record.id,
                number=machine.number,
                time=now,
                nonce=nonce,
                platform=platform_of(machine.answer),
                name=machine.name,
                output=answer_of(machine, nonce, int(now.timestamp())),
            )
        )
    return b"".join(blocks)

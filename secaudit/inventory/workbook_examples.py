"""The example row of each list: grey, marked, never imported."""

from collections.abc import Mapping
from datetime import date

from secaudit.inventory.sheet_machines import KINDS as MACHINE_KINDS
from secaudit.inventory.sheet_machines import OPERATING_SYSTEMS, OWNERS
from secaudit.inventory.sheet_systems import DOSSIER_STATES, KINDS, PLAN_STATES, SERVES, STATES
from secaudit.inventory.sheets import CellValue
from secaudit.inventory.wordings import NO, YES
from secaudit.messages import literal, msgc

EXAMPLES: Mapping[str, Mapping[str, CellValue]] = {
    "endpoints": {
        "id": msgc("example", "example"),
        "hostname": literal("KETOAN-01"),
        "status": YES.label,
        "place": msgc("example", "Accounting, 2nd floor"),
        "ownership": OWNERS[0].label,
        "kind:isolated": NO.label,
        "kind": MACHINE_KINDS[0].label,
        "os": OPERATING_SYSTEMS[0].label,
        "asset_tag": literal("TS-0123"),
        "serial": literal("5CD1234XYZ"),
        "address": literal("127.20.1.17"),
    },
    "systems": {
        "id": msgc("example", "example"),
        "name": msgc("example", "Accounting software (example)"),
        "state_secret": NO.label,
        "status": STATES[0].label,
        "kind": KINDS[0].label,
        "information:public": NO.label,
        "information:private": YES.label,
        "information:personal": YES.label,
        "information:state_secret": NO.label,
        "defence_security": NO.label,
        "internal_accounts": YES.label,
        "serves": SERVES[0].label,
        "dossier.status": DOSSIER_STATES[4].label,
        "dossier.level": 2,
        "dossier.decision.number": literal("12/QĐ-UBND"),
        "dossier.decision.date": date(2026, 3, 2),
        "dossier.decision.authority": literal("UBND tỉnh"),
        "plan.status": PLAN_STATES[1].label,
        "plan.expected_on": date(2026, 12, 31),
    },
}

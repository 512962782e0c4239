"""The general description (331: 22.3) and its three lists."""

from secaudit.messages import Message, msg
from secaudit.model.inventory import EndpointKind
from secaudit.pipeline.dossier.blanks import Sheet
from secaudit.pipeline.dossier.devices import DeviceRow
from secaudit.pipeline.dossier.draft import Draft
from secaudit.pipeline.dossier.frame import Body, office_rows
from secaudit.pipeline.dossier.wording import (
    DEVICES,
    INFORMATION,
    KINDS,
    SERVES,
    VIETNAMESE,
    cell_text,
    day_text,
    level_text,
    observed_text,
    subjects_text,
)
from secaudit.report.official import Value
from secaudit.report.words import word

_NUMBER = VIETNAMESE.number


def general(sheet: Sheet, draft: Draft) -> Body:
    """Owner, operator, scope, size, whom it serves, architecture."""
    system = draft.system
    confirm = draft.offices.operator_from not in (None, "inventory") and draft.one_of is not None and draft.one_of.source is None
    if confirm and draft.one_of is not None:
        sheet.missing(msg("document that makes the agency the operator (class {id})", id=draft.one_of.id), "province")
    return {
        "level": level_text(sheet, draft.level.proposal),
        "owner": office_rows(sheet, draft.offices.owner, "owner"),
        "operator": office_rows(sheet, draft.offices.operator, "operator"),
        "designated": office_rows(sheet, draft.offices.designated, "designated"),
        "operator_note": sheet.gap(
            msg("document that makes the agency the operator (class {id})", id=draft.one_of.id), "province"
        )
        if confirm and draft.one_of is not None
        else "",
        "purpose": sheet.fill(draft.purpose, msg("what the system is for, in a sentence")),
        "type": sheet.fill(_said(sheet, KINDS.get(system.kind) if system.kind else None), msg("type of system (9.2)")),
        "information": sheet.fill(_information(sheet, draft), msg("kinds of information processed (9.1)")),
        "serves": sheet.fill(_said(sheet, SERVES.get(system.serves) if system.serves else None), msg("whom the system serves")),
        "since": sheet.fill(day_text(system.in_service_since), msg("day from which it is in service")),
        "status": sheet.say(_STATUS[system.status]),
        "boundary": sheet.gap(msg("boundary of the system by the four factors of 7.2.a")),
        "connected": list(draft.connected),
        "connected_gap": "" if draft.connected else sheet.gap(msg("systems connected with it, or that there are none")),
        "size": _size(sheet, draft),
        "logical": sheet.gap(msg("logical model: drawing of functions, data flows and trust boundaries")),
        "physical": sheet.gap(msg("physical model: drawing of places, lines, network and security equipment")),
        "network_devices": sheet.gap(msg("main network equipment: name and type, place, purpose")),
        "devices": _counted(sheet, len(draft.devices)),
        "services": _counted(sheet, len(draft.services.rows)),
        "zones": _counted(sheet, len(draft.zones.rows)),
    }


_STATUS = {
    "operating": msg("in operation"),
    "investing": msg("under investment"),
    "stopped": msg("stopped"),
}


def _said(sheet: Sheet, message: Message | None) -> str | None:
    return sheet.say(message) if message is not None else None


def _information(sheet: Sheet, draft: Draft) -> str | None:
    kinds = draft.system.information
    return ", ".join(sheet.say(INFORMATION[one]) for one in kinds) if kinds else None


def _size(sheet: Sheet, draft: Draft) -> list[Value]:
    """Figures of the inventory; what it does not hold is asked."""
    kinds = {kind: sum(1 for row in draft.devices if row.kind is kind) for kind in EndpointKind}
    subjects = draft.system.data_subjects
    personal = draft.system.information is None or "personal" in draft.system.information
    servers, personal_machines = kinds[EndpointKind.SERVER], sum(kinds[one] for one in _PERSONAL_MACHINES)
    rows: list[Value] = [
        {"label": sheet.say(msg("Servers")), "value": _machines(sheet, draft, servers)},
        {"label": sheet.say(msg("Workstations and laptops")), "value": _machines(sheet, draft, personal_machines)},
        {"label": sheet.say(msg("Internal users")), "value": sheet.gap(msg("number of internal users"))},
    ]
    if personal:
        for name, sensitive, what in _SUBJECTS:
            counted = subjects_text(sheet, subjects, sensitive=sensitive)
            if counted is not None and subjects is not None and subjects.counted_on is not None:
                counted = sheet.say(msg("{count} (counted {day})", count=counted, day=day_text(subjects.counted_on)))
            rows.append({"label": sheet.say(name), "value": sheet.fill(counted, what, "province")})
    return rows


def _counted(sheet: Sheet, count: int) -> str:
    """A list nobody filled is no list of nothing."""
    return _NUMBER(count) if count else sheet.cell(None)


def _machines(sheet: Sheet, draft: Draft, count: int) -> str:
    """A system to which nobody assigned a machine does not have none."""
    return _NUMBER(count) if draft.devices else sheet.gap(_NO_MACHINE)


_NO_MACHINE = msg("list of devices: the inventory assigns no machine to this system")
_SUBJECTS: tuple[tuple[Message, bool, Message], ...] = (
    (msg("People whose basic personal data it holds"), False, msg("number of people whose basic personal data it holds")),
    (msg("People whose sensitive personal data it holds"), True, msg("number of people whose sensitive personal data it holds")),
)
_PERSONAL_MACHINES = (EndpointKind.WORKSTATION, EndpointKind.LAPTOP)


def devices(sheet: Sheet, draft: Draft) -> Body:
    """One line for each machine, what disagrees, and what nobody saw."""
    rows: list[Value] = [_device(sheet, number, row) for number, row in enumerate(draft.devices, start=1)]
    if not draft.devices:
        sheet.missing(_NO_MACHINE)
    for what, count in (
        (msg("place of devices in the list of devices"), sum(1 for row in draft.devices if row.place is None)),
        (msg("purpose of devices in the list of devices"), sum(1 for row in draft.devices if row.purpose is None)),
        (msg("operating system of devices in the list of devices"), sum(1 for row in draft.devices if _no_os(row))),
    ):
        if count:
            sheet.missing(msg("{what}: {count} of {all}", what=what, count=count, all=len(draft.devices)))
    sheet.missing(msg("network equipment, printers and other devices that the inventory does not hold"))
    notes = [sheet.say(_FROM_AGENCY)] if draft.from_agency else []
    if draft.alone:
        notes.append(
            sheet.say(msg("{count} isolated machine(s) of the agency are not listed: not applicable.", count=draft.alone))
        )
    unseen = sum(1 for row in draft.devices if row.unseen is not None)
    if unseen:
        notes.append(
            sheet.say(
                msg(
                    "{count} of {all} machines were not observed: what stands there is only declared.",
                    count=unseen, all=len(draft.devices),
                )
            )
        )  # fmt: skip
    return {
        "rows": rows,
        "missing": "" if rows else sheet.gap(msg("list of devices: the inventory assigns no machine to this system")),
        "notes": list(notes),
        "differences": [
            {
                "number": number,
                "device": one.device,
                "what": sheet.say(one.what),
                "declared": one.declared,
                "observed": observed_text(sheet, one.observed),
            }
            for number, one in enumerate(draft.differences, start=1)
        ],
    }


_FROM_AGENCY = msg(
    "The inventory assigns no machine to this system: the machines of the agency in use that belong to no other one are listed."
)


def _no_os(row: DeviceRow) -> bool:
    return row.os.declared is None and row.os.observed is None


def _device(sheet: Sheet, number: int, row: DeviceRow) -> Value:
    kind = sheet.say(DEVICES[row.kind])
    model = f"{kind}; {observed_text(sheet, row.model)}" if row.model is not None else kind
    name = row.title if row.title == row.endpoint else f"{row.title} ({row.endpoint})"
    protection = "–"
    if row.protection is not None:
        found = row.protection
        protection = observed_text(sheet, found) if found.text else sheet.say(msg("none found ({day})", day=day_text(found.on)))
    elif row.unseen is not None:
        protection = sheet.say(msg("not observed: {why}", why=word(row.unseen)))
    return {
        "number": number,
        "name": name,
        "model": model,
        "place": sheet.cell(row.place),
        "purpose": sheet.cell(row.purpose),
        "os": cell_text(sheet, row.os),
        "protection": protection,
        "address": row.address or "–",
    }


def services(sheet: Sheet, draft: Draft) -> Body:
    """Declared services and open ports; who made a port open only a person can say."""
    found = draft.services
    rows: list[Value] = []
    for number, row in enumerate(found.rows, start=1):
        rows.append(
            {
                "number": number,
                "name": observed_text(sheet, row.observed) if row.observed is not None else row.name,
                "server": row.server,
                "place": sheet.cell(row.place),
                "os": cell_text(sheet, row.os),
                "purpose": sheet.cell(row.purpose),
            }
        )
    lacking = sum(1 for row in found.rows if row.purpose is None)
    if lacking:
        what = msg("name and purpose of services: {count} of {all} in the list of services", count=lacking, all=len(found.rows))
        sheet.missing(what)
    notes: list[Value] = []
    if found.unread:
        notes.append(sheet.say(msg("Open ports were not read, or not to the end: {servers}.", servers=", ".join(found.unread))))
    return {
        "rows": rows,
        "missing": "" if rows else sheet.gap(msg("list of services: no server of this system is declared")),
        "notes": notes,
        "elsewhere": [
            {
                "name": port.name,
                "devices": _NUMBER(port.devices),
                "day": day_text(port.newest),
                "grades": ", ".join(grade.value for grade in port.grades),
            }
            for port in found.elsewhere
        ],
    }


def zones(sheet: Sheet, draft: Draft) -> Body:
    """Zones with private and public addresses, and addresses that fit none."""
    plan = draft.zones
    rows: list[Value] = []
    for number, zone in enumerate(plan.rows, start=1):
        rows.append(
            {
                "number": number,
                "name": sheet.cell(zone.name),
                "purpose": sheet.cell(zone.purpose),
                "private": ", ".join(zone.private) or "–",
                "public": ", ".join(zone.public) or "–",
                "devices": _NUMBER(zone.devices),
            }
        )
    unnamed = sum(1 for zone in plan.rows if zone.name is None or zone.purpose is None)
    if unnamed:
        sheet.missing(msg("name or purpose of {count} network zone(s)", count=unnamed), "operator")
    public = any(zone.public for zone in plan.rows)
    notes: list[Value] = []
    if any(zone.source == "agency" for zone in plan.rows):
        notes.append(sheet.say(msg("The system declares no zones: the networks of its agency are listed.")))
    if plan.without:
        notes.append(sheet.say(msg("{count} machine(s) have no declared address.", count=plan.without)))
    return {
        "rows": rows,
        "missing": "" if rows else sheet.gap(msg("network zones and private addresses"), "operator"),
        "public_gap": "" if public else sheet.gap(msg("public addresses (IP Public), or that there are none"), "operator"),
        "control": sheet.gap(msg("how access between zones is controlled"), "operator"),
        "notes": notes,
        "outside": [{"device": device, "address": address} for device, address in plan.outside],
        "named": [{"device": device, "address": address} for device, address in plan.named],
    }

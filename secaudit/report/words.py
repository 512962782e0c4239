"""The words of the closed lists, once, for every renderer (practice.md 11 gives the Vietnamese side)."""

from collections.abc import Mapping
from enum import Enum
from types import MappingProxyType

from secaudit.messages import Message, literal, msg, msgc
from secaudit.model.assessment import Fulfilment
from secaudit.model.capture import SectionStatus
from secaudit.model.check import Severity
from secaudit.model.console import EvidenceSource
from secaudit.model.discovery import Device, Meeting, SearchMethod
from secaudit.model.doubt import DoubtKind
from secaudit.model.fact import MissingReason
from secaudit.model.finding import Verdict
from secaudit.model.intake import FOUND
from secaudit.model.inventory import EndpointKind, Tier
from secaudit.model.measurement import Decision
from secaudit.model.outcome import Grade, Sight, Way
from secaudit.model.past import Basis, Turn
from secaudit.model.protection import ACTIVE, ProtectionGrade
from secaudit.model.system import DossierStatus
from secaudit.report.document import Tile

_WORDS: tuple[tuple[Enum, Message], ...] = (
    (Decision.MET, msgc("target", "met")),
    (Decision.MISSED, msgc("target", "not yet met")),
    (Decision.UNDECIDED, msgc("target", "not enough evidence to conclude")),
    (Decision.NOT_APPLICABLE, msgc("target", "not applicable")),
    (Verdict.PASS, msgc("verdict", "pass")),
    (Verdict.FAIL, msgc("verdict", "fail")),
    (Verdict.UNKNOWN, msgc("verdict", "unknown")),
    (Verdict.NOT_APPLICABLE, msgc("verdict", "not applicable")),
    (Verdict.MANUAL, msgc("verdict", "awaits a document")),
    (Fulfilment.MET, msgc("requirement", "met")),
    (Fulfilment.PARTLY, msgc("requirement", "met in part")),
    (Fulfilment.NOT_MET, msgc("requirement", "not met")),
    (Fulfilment.UNKNOWN, msgc("requirement", "unknown")),
    (Fulfilment.NOT_APPLICABLE, msgc("requirement", "not applicable")),
    (Sight.SEEN, msgc("sight", "seen")),
    (Sight.NO_WAY_IN, msgc("sight", "no way in yet")),
    (Sight.NOT_ASKED, msgc("sight", "not asked yet")),
    (Sight.DNS, msgc("sight", "machine name not found")),
    (Sight.REFUSED, msgc("sight", "the machine refuses the connection")),
    (Sight.TIMEOUT, msgc("sight", "no answer (switched off or blocked)")),
    (Sight.NO_ROUTE, msgc("sight", "no network path")),
    (Sight.BANNER, msgc("sight", "port open, but not SSH")),
    (Sight.HOST_KEY, msgc("sight", "host key unknown or changed")),
    (Sight.AUTH, msgc("sight", "cannot log in")),
    (Sight.CHANNEL, msgc("sight", "cannot open a session")),
    (Sight.SHELL, msgc("sight", "cannot run a command")),
    (Sight.SUDO, msgc("sight", "administrator rights missing")),
    (Sight.TRUNCATED, msgc("sight", "data cut off")),
    (Sight.PROTOCOL, msgc("sight", "answer in a wrong format")),
    (Sight.IDENTITY, msgc("sight", "another machine answers at this address")),
    (Sight.INTERNAL, msgc("sight", "defect of the tool")),
    (MissingReason.ABSENT, msgc("reason", "not present on the machine")),
    (MissingReason.DENIED, msgc("reason", "no right to read it")),
    (MissingReason.TIMEOUT, msgc("reason", "took too long")),
    (MissingReason.UNSUPPORTED, msgc("reason", "not supported by this system")),
    (MissingReason.TRUNCATED, msgc("reason", "data cut off")),
    (MissingReason.ERROR, msgc("reason", "error while reading")),
    (MissingReason.NO_WAY_IN, msgc("reason", "no way in yet")),
    (MissingReason.NOT_REACHED, msgc("reason", "machine not reached")),
    (MissingReason.STALE, msgc("reason", "evidence out of date")),
    (MissingReason.QUARANTINED, msgc("reason", "in quarantine: it may not be the declared machine")),
    (MissingReason.DOUBLED, msgc("reason", "one machine answered for several declared ones")),
    (DoubtKind.KEY_CHANGED, msgc("doubt", "host key changed")),
    (DoubtKind.KEY_REVOKED, msgc("doubt", "revoked host key")),
    (DoubtKind.KEY_NOT_HELD, msgc("doubt", "shows a host key that it does not hold")),
    (DoubtKind.OTHER_MACHINE, msgc("doubt", "another machine answers at this address")),
    (DoubtKind.DOUBLED, msgc("doubt", "one machine answered for several declared ones")),
    (SectionStatus.OK, msgc("section", "answered")),
    (SectionStatus.ABSENT, msgc("section", "not present on the machine")),
    (SectionStatus.DENIED, msgc("section", "no right to read it")),
    (SectionStatus.TIMEOUT, msgc("section", "took too long")),
    (SectionStatus.UNSUPPORTED, msgc("section", "not supported by this system")),
    (SectionStatus.TRUNCATED, msgc("section", "data cut off")),
    (SectionStatus.ERROR, msgc("section", "error while reading")),
    (Grade.A, msgc("grade", "A – observed directly")),
    (Grade.B, msgc("grade", "B – central management console")),
    (Grade.C, msgc("grade", "C – collected by the holder of the machine")),
    (Grade.D, msgc("grade", "D – declared with a signed document")),
    (Grade.E, msgc("grade", "E – merely declared")),
    (Way.SSH, msgc("way", "remote connection (SSH)")),
    (Way.LOCAL, msgc("way", "on the machine itself")),
    (Way.CONSOLE, msgc("way", "export of the antivirus console")),
    (Way.COURIER, msgc("way", "collector handed out")),
    (Way.SEARCH, msgc("way", "search of the networks")),
    (EvidenceSource.KSC, msgc("console", "Kaspersky Security Center")),
    (EvidenceSource.ESET, msgc("console", "ESET PROTECT")),
    (EvidenceSource.DEFENDER, msgc("console", "Microsoft Defender")),
    (EvidenceSource.BKAV, msgc("console", "Bkav Endpoint")),
    (EvidenceSource.CSV, msgc("console", "another antivirus console")),
    (EvidenceSource.SOC_LIST, msgc("console", "list of the monitoring centre (SOC)")),
    (EvidenceSource.AD, msgc("console", "computer list of the directory (AD)")),
    (Severity.CRITICAL, msgc("severity", "critical")),
    (Severity.HIGH, msgc("severity", "high")),
    (Severity.MEDIUM, msgc("severity", "medium")),
    (Severity.LOW, msgc("severity", "low")),
    (Severity.INFO, msgc("severity", "for information")),
    (EndpointKind.WORKSTATION, msgc("kind", "workstation")),
    (EndpointKind.LAPTOP, msgc("kind", "laptop")),
    (EndpointKind.SERVER, msgc("kind", "server")),
    (EndpointKind.ISOLATED, msgc("kind", "isolated machine")),
    (Tier.PROVINCE, msgc("tier", "province")),
    (Tier.DISTRICT, msgc("tier", "district")),
    (Tier.COMMUNE, msgc("tier", "commune")),
    (DossierStatus.NONE, msgc("dossier", "none")),
    (DossierStatus.DRAFTING, msgc("dossier", "being drafted")),
    (DossierStatus.SUBMITTED, msgc("dossier", "sent for appraisal")),
    (DossierStatus.APPRAISED, msgc("dossier", "appraised")),
    (DossierStatus.APPROVED, msgc("dossier", "approved")),
    (Device.WINDOWS, msgc("device", "Windows computer")),
    (Device.LINUX, msgc("device", "Linux computer")),
    (Device.COMPUTER, msgc("device", "computer")),
    (Device.PRINTER, msgc("device", "printer")),
    (Device.NETWORK, msgc("device", "network equipment")),
    (Device.CAMERA, msgc("device", "camera")),
    (Device.PHONE, msgc("device", "telephone")),
    (Device.STORAGE, msgc("device", "network storage")),
    (Device.UNKNOWN, msgc("device", "not known")),
    (Meeting.ANSWERING, msgc("meeting", "declared and answering")),
    (Meeting.SILENT, msgc("meeting", "declared and silent")),
    (Meeting.UNDECLARED, msgc("meeting", "answering and not declared")),
    (Meeting.OTHER_MACHINE, msgc("meeting", "the address is another machine's now")),
    (Meeting.MOVED, msgc("meeting", "declared, answering at another address")),
    (Meeting.RETIRED_ALIVE, msgc("meeting", "declared as retired, and answering")),
    (Meeting.SET_ASIDE, msgc("meeting", "no computer: set aside")),
    (Meeting.ISOLATED_ALIVE, msgc("meeting", "declared as isolated, and on the network")),
    (SearchMethod.NMAP_ROOT, msgc("search", "nmap with raw packets")),
    (SearchMethod.NMAP, msgc("search", "nmap by connecting")),
    (SearchMethod.TCP, msgc("search", "connection attempts of our own")),
    (Turn.WORSE, msgc("turn", "worse")),
    (Turn.BETTER, msgc("turn", "better")),
    (Turn.APPEARED, msgc("turn", "new on the list")),
    (Turn.VANISHED, msgc("turn", "no longer on the list")),
    (Turn.UNKNOWN, msgc("turn", "was known, is not any more")),
    (Turn.KNOWN, msgc("turn", "was not known, is now")),
    (Basis.CLOSED, msgc("basis", "closed period")),
    (Basis.STATED, msgc("basis", "written down then")),
    (Basis.RECOUNTED, msgc("basis", "counted again afterwards")),
    (Tile.GOOD, msgc("tile", "everything asked of it is proven")),
    (Tile.ACT, msgc("tile", "something must be put in order")),
    (Tile.CLARIFY, msgc("tile", "something is still to be verified")),
    (Tile.SILENT, msgc("tile", "has not sent its data")),
)
_BY_NAME: Mapping[tuple[type[Enum], str], Message] = {(type(member), member.value): text for member, text in _WORDS}
"""Members of different StrEnums with equal values are equal keys, so the class must stand in the key."""

OVERDUE = msgc("target", "not met")
"""Missed, once the plan's due date is over."""

SECURITY_PLAN: Mapping[str, Message] = MappingProxyType(
    {
        "none": msgc("security plan", "not deployed"),
        "partial": msgc("security plan", "some items deployed"),
        "full": msgc("security plan", "fully deployed"),
    }
)

ASKED_OF: Mapping[str, Message] = MappingProxyType(
    {"province": msgc("asked of", "the province answers"), "agency": msgc("asked of", "the agency answers")}
)

PROTECTION: tuple[Message, ...] = (
    msgc("protection grade", "P0 – no protection"),
    msgc("protection grade", "P1 – installed"),
    msgc("protection grade", "P2 – running and up to date"),
    msgc("protection grade", "P3 – centrally managed"),
    msgc("protection grade", "P4 – EDR that reports to the SIEM"),
    msgc("protection grade", "P5 – shared with the province's or the national centre"),
)
"""By protection grade; the words after the dash may be left out where there is little room."""


def protection_words(grade: ProtectionGrade) -> Message:
    """A grade in words: one that is certain by its name, else how far it is proven.

    What a machine shows reaches P2, and P3 where an agent runs; from there on the lower bound says all that is worth knowing.
    """
    if grade.exact:
        return PROTECTION[grade.proven]
    if grade.proven >= ACTIVE:
        return msgc("protection grade", "at least {grade}", grade=f"P{grade.proven}")
    return msgc("protection grade", "{proven} to {possible}", proven=f"P{grade.proven}", possible=f"P{grade.possible}")


def source_words(source: str) -> Message:
    """Where evidence that came as a file is from: a console or list, or a collector; an unknown one as it is called."""
    if source == Way.COURIER.value:
        return word(Way.COURIER)
    if source == FOUND:
        return word(Way.SEARCH)
    return _BY_NAME.get((EvidenceSource, source), literal(source))


STALE = msgc("sight", "evidence out of date")

ADVICE: Mapping[Sight, Message] = MappingProxyType(
    {
        Sight.NO_WAY_IN: msg("Have the agency run the collector, or add the machine to the antivirus console's export."),
        Sight.NOT_ASKED: msg("Gather evidence: a way in is declared, nobody has used it yet."),
        Sight.DNS: msg("Correct the machine's name or address in the inventory."),
        Sight.REFUSED: msg("Open the remote connection on the machine, or have the agency run the collector."),
        Sight.TIMEOUT: msg(
            "Ask the agency to switch the machine on in working hours; if it is on, check the firewall on the way."
        ),
        Sight.NO_ROUTE: msg("Check the network line to the agency and the address in the inventory."),
        Sight.BANNER: msg("Check with the agency what runs on this port and correct the port in the inventory."),
        Sight.HOST_KEY: msg(
            "Find out with the agency whether the machine was replaced or reinstalled before its new key is accepted."
        ),
        Sight.AUTH: msg("Give the audit account access to the machine again."),
        Sight.CHANNEL: msg("Check the session limits of the remote connection on the machine."),
        Sight.SHELL: msg("Check the audit account's shell on the machine."),
        Sight.SUDO: msg("Give the audit account the agreed read-only administrator rights."),
        Sight.TRUNCATED: msg("Repeat over a better line, or have the agency run the collector."),
        Sight.PROTOCOL: msg("Look at the machine on site: its answer cannot be trusted."),
        Sight.IDENTITY: msg(
            "Find out with the agency which machine stands at this address; correct the address, or the serial number in the "
            "inventory, or have the new machine accepted by whoever keeps the list of machines."
        ),
        Sight.INTERNAL: msg("Send this page to those who maintain the tool."),
        Sight.SEEN: msg("Gather the evidence again: what was seen is too old."),
    }
)


DOUBT_ADVICE: Mapping[DoubtKind, Message] = MappingProxyType(
    {
        DoubtKind.KEY_CHANGED: msg(
            "Ask the machine's keeper whether it was installed again or replaced. If so, compare the new fingerprint on site and "
            "have it enrolled instead of the old one; the next gathering then ends the quarantine. If nobody changed anything, "
            "somebody may stand between here and the machine: report an incident and do not enrol the key."
        ),
        DoubtKind.KEY_REVOKED: msg(
            "This key was withdrawn because it must no longer be believed. Give the machine a new host key, compare its "
            "fingerprint on site and enrol it; until then nobody logs in there."
        ),
        DoubtKind.KEY_NOT_HELD: msg(
            "Somebody shows this machine's host key without holding it. Report an incident; look at the machine and at the "
            "network between here and there."
        ),
        DoubtKind.OTHER_MACHINE: msg(
            "Find out which machine stands at this address. A wrong address: correct it in the inventory. A machine that was "
            "replaced or installed again: write its serial number or UUID into the inventory, or have it "
            "accepted as the new one. The next gathering then ends the quarantine."
        ),
        DoubtKind.DOUBLED: msg(
            "One machine proves only one declared machine. Declared twice: take one entry out of the inventory, or correct its "
            "address. Two machines made from one image: give each its own identity (virtual machines: a new UUID; Linux: a new "
            "/etc/machine-id). Or write the serial number or UUID of the right one into the inventory: then it alone counts."
        ),
    }
)


def word(member: Enum) -> Message:
    """The text of a member of a closed list."""
    return _BY_NAME[type(member), member.value]


def missing_words(fact: str, reason: MissingReason) -> Message:
    """Why a fact is not known; what the inventory does not say was never asked of the machine."""
    if fact.startswith("endpoint.") and reason is MissingReason.ABSENT:
        return msgc("reason", "not declared, or not determined yet")
    return word(reason)


def decision_word(decision: Decision, *, overdue: bool) -> Message:
    """The word of a decision; after the due date missed reads as not met."""
    return OVERDUE if overdue and decision is Decision.MISSED else word(decision)

"""A small real province for the walk over figures: seen in three ways, unseen, stale, doubled, excused; a silent agency."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import orjson

from secaudit.facts import parse_facts
from secaudit.lab.answers import platform_of, render_answer
from secaudit.model.capture import Capture, Section, SectionStatus
from secaudit.model.fact import Known
from secaudit.model.identity import Identity
from secaudit.model.intake import Newcomer
from secaudit.model.outcome import Grade, Outcome, Sight, Way
from secaudit.pipeline.province import Province, load_province
from secaudit.probe import frame
from secaudit.resources import data_folder
from secaudit.store import Store

NOON = datetime(2026, 11, 20, 5, tzinfo=UTC)
AS_OF = NOON + timedelta(days=1)
LONG_AGO = NOON - timedelta(days=50)
NONCE = "0" * 32
FILE = hashlib.sha256(b"the export").hexdigest()
MANAGED = {"id": "kaspersky-kes-windows", "name": "Kaspersky Endpoint Security", "kind": "av", "running": True, "managed": True}

NUMBERS = range(1, 7)
FILES = {
    "province.yaml": """\
province: {id: t, name: tỉnh Thử Nghiệm, owner: UBND tỉnh Thử Nghiệm}
shared_systems:
  - {id: thu-dien-tu, name: Thư điện tử công vụ, owner: so-c, kind: internal, information: [private], defence_security: false,
     dossier: {status: approved, level: 2, decision: {number: 5/QĐ, date: 2026-02-02}}, plan: {status: partial}}
""",
    "agencies/xa-a.yaml": """\
agency: {id: xa-a, name: UBND xã A, tier: commune, submission: {accepted_on: 2026-11-01}, networks: [127.41.1.0/24],
  contact: {name: Lê Văn Ánh, phone: 0208 385 1234}, asset_register: {computers: 9, as_of: 2026-10-01}}
people: {heads: 2, heads_briefed: 2, staff: 1460, staff_briefed: 1322, staff_trained: 1201, as_of: 2026-11-01,
  evidence: [BC số 1]}
systems:
  - {id: trang-tin, name: Trang tin điện tử xã A, kind: public_service, information: [public], defence_security: false}
endpoints:
""" + "".join(f"  - {{id: pc-a-{n}, kind: workstation, os: windows, place: Tầng 1, address: 127.41.1.{n}}}\n" for n in NUMBERS),
    "agencies/xa-b.yaml": """\
agency: {id: xa-b, name: UBND xã B, tier: commune}
endpoints:
  - {id: pc-b-1, kind: workstation, os: windows}
""",
    "agencies/so-c.yaml": """\
agency: {id: so-c, name: Sở C, tier: province, submission: {accepted_on: 2026-11-01},
  contact: {name: Trần Thị Bình, phone: 0912 345 678}}
people: {heads: 4, heads_briefed: 3, staff: 96, staff_briefed: 90, staff_trained: 71, as_of: 2026-10-31}
systems:
  - {id: mot-cua, name: Một cửa điện tử, kind: internal, information: [private], defence_security: false,
     dossier: {status: approved, level: 2, decision: {number: 9/QĐ, date: 2026-03-02}}, plan: {status: full}}
  - {id: van-ban, name: Quản lý văn bản, kind: internal, information: [private], defence_security: false,
     dossier: {status: drafting, level: 3}}
  - {id: khong-ro, name: Hệ thống không rõ, risk_level: not_assessed}
  - {id: mat, name: Hệ thống số 1, state_secret: true, level: 3}
  - {id: cu, name: Hệ thống cũ, kind: internal, information: [private], status: stopped}
endpoints:
  - {id: may-1, kind: server, os: linux, systems: [mot-cua], place: Phòng máy chủ}
  - {id: may-2, kind: server, os: linux, systems: [mot-cua, van-ban]}
  - {id: may-3, kind: server, os: windows, systems: [van-ban]}
  - {id: may-4, kind: laptop, os: windows}
  - {id: may-5, kind: laptop, os: windows}
  - {id: may-6, kind: workstation, os: windows}
  - {id: may-7, kind: workstation, os: windows, status: retired}
  - {id: doc-lap-1, kind: isolated}
""",
    "agencies/so-d.yaml": """\
agency: {id: so-d, name: Sở D, tier: province, submission: {accepted_on: 2026-11-02}}
people: {heads: 1, heads_briefed: 1, staff: 20, staff_briefed: 20, staff_trained: 20, as_of: 2026-11-01, evidence: [BC số 2]}
endpoints:
  - {id: pc-d-1, kind: workstation, os: windows}
  - {id: pc-d-2, kind: workstation, os: windows, lab: true}
""",
    "attestations/so-c.yaml": """\
attestations:
- {id: ma-doc, requirement: "tcvn-14423-2026:r24", systems: [mot-cua], answer: met, role: Trưởng phòng,
   document: {number: 7/BC, date: 2026-10-01}, stated_on: 2026-10-02}
""",
    "waivers/so-c.yaml": """\
waivers:
- {id: cho-mua, checks: [protection.installed], endpoints: [may-1], reason: Đang mua sắm, approver: Giám đốc,
   document: {number: 8/QĐ, date: 2026-10-01}, valid_from: 2026-10-01, valid_until: 2026-12-31}
""",
}  # fmt: skip
ANSWERS = {
    "pc-a-1": "win10-22h2-kaspersky",
    "pc-a-2": "win10-22h2-unprotected",
    "may-1": "ubuntu-24-04-unprotected",
    "may-2": "debian-12-clamav",
    "pc-d-1": "win11-25h2-defender",
    "pc-d-2": "win10-22h2-esu",
}
DOUBLED = {"may-4": "win10-22h2-vietnamese", "may-5": "win10-22h2-vietnamese"}
"""One machine answered for both."""
FAILURES = {"pc-a-5": Sight.TIMEOUT, "may-3": Sight.REFUSED, "may-6": Sight.TIMEOUT}


def write_province(folder: Path, changed: Mapping[str, str] = MappingProxyType({})) -> Path:
    """The inventory; ``changed``: texts of it that are written otherwise."""
    for name, text in FILES.items():
        for was, now in changed.items():
            text = text.replace(was, now)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def load(folder: Path) -> Province:
    """The inventory with the program's own checks."""
    return load_province(folder, data_folder("checks"), None)


def gather(folder: Path, workspace: Path) -> Path:
    """Evidence of it in a store of ``workspace``."""
    province = load(folder)
    with Store.open(workspace / "store.sqlite") as store:
        _keep(store, province, Way.SSH, LONG_AGO, [_answer("pc-a-6", "win10-22h2-defender", LONG_AGO)])
        seen = [_answer(endpoint, name, NOON) for endpoint, name in (ANSWERS | DOUBLED).items()]
        failed = [Outcome(name, Way.SSH, Grade.A, sight, NOON, NOON, detail="nothing came") for name, sight in FAILURES.items()]
        _keep(store, province, Way.SSH, NOON, [*seen, *failed])
        _keep(store, province, Way.CONSOLE, NOON, [_console("pc-a-3")], [{"protection.products": Known([MANAGED], "row")}])
        detail = f"answer {'a' * 64} of collector 0123456789abcdef, kept in file {FILE}: block 3 of tra loi.txt"
        _keep(store, province, Way.COURIER, NOON, [replace(_answer("pc-a-4", "win7-bkav", NOON, Way.COURIER), detail=detail)])
        store.keep_newcomers(
            [
                Newcomer("xa-a-vanthu", "xa-a", "PC-VANTHU", Identity(serial="NEW123456"), "windows", "ksc", NOON, NOON),
                Newcomer("may-la", "", "PC-LA", Identity(), "", "courier", NOON, NOON),
            ]
        )
    return workspace


def _answer(endpoint: str, name: str, at: datetime, way: Way = Way.SSH) -> Outcome:
    capture = frame(platform_of(name), NONCE, render_answer(name, NONCE, int(at.timestamp())))
    grade = Grade.C if way is Way.COURIER else Grade.A
    return Outcome(endpoint, way, grade, Sight.SEEN, at, at, capture=capture, lab=endpoint == "pc-d-2")


def _console(endpoint: str) -> Outcome:
    row = {
        "source": "ksc", "file": FILE, "name": "bao-cao.csv", "row": 7, "exporter": "Sở KH&CN",
        "exported_at": "2026-11-20T04:00:00+00:00", "profile": "ksc", "cells": {"Tên thiết bị": endpoint, "Nhóm": "UBND xã A"},
        "values": {"name": endpoint, "installed": True, "last_contact": NOON.isoformat()}, "unread": {},
    }  # fmt: skip
    body = orjson.dumps(row)
    capture = Capture("console", (Section("row", SectionStatus.OK, body),), body, hashlib.sha256(body).hexdigest())
    return Outcome(endpoint, Way.CONSOLE, Grade.B, Sight.SEEN, NOON, NOON, capture=capture, server_version="ksc")


def _keep(
    store: Store, province: Province, way: Way, at: datetime, outcomes: list[Outcome], facts: Iterable[dict[str, Known]] = ()
) -> None:
    digest, knowledge = province.catalog.digest, province.catalog.knowledge
    run = store.begin_run(started_at=at, who="test", way=way, scope="all", catalog_digest=digest)
    kept = store.keep(run.number, outcomes)
    said = list(facts) or [parse_facts(one.capture, knowledge, at) if one.capture else None for one in outcomes]
    read = {one.number: found for one, found in zip(kept, said, strict=True) if found is not None}
    store.save_facts_of(read, knowledge_digest=digest)
    store.end_run(run.number, "finished", at)

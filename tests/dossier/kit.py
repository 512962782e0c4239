"""A small province whose systems need dossiers: a commune network, a portal, hostile names, and evidence of machines."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from secaudit.facts import parse_facts
from secaudit.lab.answers import platform_of
from secaudit.lab.machines import LabMachine, answer_of
from secaudit.model.dossier import Form
from secaudit.model.outcome import Grade, Outcome, Sight, Way
from secaudit.pipeline.dossier.draft import Draft, Sources, draft
from secaudit.pipeline.dossier.making import LANGUAGE, sources_of
from secaudit.pipeline.dossier.papers import Dossier, dossier_of
from secaudit.pipeline.province import DEFAULT_PLAN, Province
from secaudit.probe.frame import frame
from secaudit.report.voice import Voice
from secaudit.resources import translator
from secaudit.store import Store
from tests.evidence.kit import EvidenceProvince

MOMENT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
SEEN = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)
ANSWERS = {"a-pc-01": "win10-22h2-defender", "dvc-web-01": "debian-13-server", "dvc-pc-01": "win11-25h2-defender"}
PROVINCE = """\
province: {id: t, name: Tỉnh thử, owner: UBND tỉnh Thử, designated_unit: Công an tỉnh Thử}
owners:
  - name: UBND tỉnh Thử
    functions: Luật Tổ chức chính quyền địa phương
    representative: Nguyễn Văn Mẫu
    title: Chủ tịch
    address: Số 1, đường Mẫu
    phone: 0208 000 0001
    email: ubnd@example.vn
    designated: {name: Công an tỉnh Thử, address: "Số 2, đường Mẫu"}
letterhead: {place: Thử, symbol: UBND, signer_title: CHỦ TỊCH}
interpretations:
  - {id: commune-network, reading: one, document: Công văn 1/SKHCN, date: 2026-10-05, signer: Giám đốc}
"""
COMMUNE = """\
agency: {id: xa-a, name: UBND xã An Khánh, tier: commune, networks: [10.10.1.0/24], contact: {name: Bà Thử, phone: 0208 000 0002}}
systems:
  - id: mang-xa-a
    name: Mạng nội bộ xã An Khánh
    kind: infrastructure
    information: [private, personal]
    defence_security: false
    serves: agencies_of_commune
    dossier: {status: drafting, level: 2}
  - {id: mat-xa-a, name: Hệ thống mật, state_secret: true, level: 3}
endpoints:
  - {id: a-pc-01, os: windows, kind: workstation, place: Một cửa, purpose: Tiếp nhận hồ sơ, hostname: MOTCUA, address: 10.10.1.11}
  - {id: a-pc-02, os: windows, kind: workstation, address: 10.10.1.12}
  - {id: a-pc-03, kind: laptop}
  - {id: a-cu-01, os: windows, kind: workstation, status: retired}
  - {id: a-dl-01, kind: isolated}
"""
SECOND = """\
agency: {id: xa-b, name: UBND xã Bình Long, tier: commune}
systems:
  - {id: mang-xa-b, name: Mạng xã Bình Long, kind: infrastructure, infrastructure: lan, information: [private], serves: agency}
  - {id: chua-ro, name: Mạng chưa rõ, kind: infrastructure}
  - {id: mang-dung, name: Mạng cũ, kind: infrastructure, infrastructure: lan, serves: agency, status: stopped}
endpoints:
  - {id: b-pc-01, os: windows, kind: workstation}
"""
DEPARTMENT = """\
agency: {id: so-b, name: Sở Bê, tier: province, networks: [10.20.0.0/16]}
systems:
  - id: cong-dvc
    name: Cổng dịch vụ công
    kind: public_service
    purpose: Tiếp nhận và trả kết quả thủ tục hành chính
    operator: Sở Bê
    information: [public, private, personal]
    data_subjects: {basic: 250000, sensitive: under_10000, counted_on: 2026-10-01, method: Đếm theo số định danh}
    defence_security: false
    conditional_business: false
    handles_administrative_procedures: true
    serves: province
    in_service_since: 2024-05-01
    dossier: {status: drafting, level: 3, regulation: {number: 7/QĐ-SB, date: 2026-09-01, authority: Sở Bê}}
    plan: {status: partial, expected_on: 2027-06-30}
    zones:
      - {name: Vùng DMZ, networks: [10.20.9.0/24, 203.119.8.0/28], purpose: Máy chủ công khai}
      - {name: Vùng CSDL, networks: [10.20.10.0/24]}
  - id: quoc-gia
    name: Hạ tầng quốc gia
    kind: infrastructure
    information: [private]
    defence_security: false
    serves: nation
    continuous_operation: true
    national_data_store: false
    international_gateway: false
  - {id: khoang, name: Dịch vụ chưa rõ, kind: public_service, information: [public, personal], serves: province}
  - id: la
    name: '<script>alert(1)</script> =cmd|x {{ system }} {% for x in y %} & "x"'
    kind: internal
    information: [private]
    purpose: '{{ 7 * 7 }} ]]> <w:p/>'
    operator: 'A & B <c>'
endpoints:
  - id: dvc-web-01
    os: windows
    kind: server
    place: Trung tâm dữ liệu
    purpose: Cổng dịch vụ
    systems: [cong-dvc]
    address: 10.20.9.11
  - {id: dvc-db-01, os: linux, kind: server, systems: [cong-dvc], address: 10.20.77.7}
  - {id: dvc-pc-01, os: windows, kind: workstation, systems: [cong-dvc], address: quan-tri.local}
  - {id: la-01, kind: server, systems: [la], place: '{{ place }} <b>', purpose: "=1+1"}
"""
FILES = {"xa-a": COMMUNE, "xa-b": SECOND, "so-b": DEPARTMENT}


@dataclass(frozen=True)
class Ready:
    """The province, loaded, with everything its dossiers are made from."""

    home: EvidenceProvince
    province: Province
    sources: Sources

    def draft(self, system: str) -> Draft:
        """What is known of a system."""
        return draft(self.sources, system)

    def dossier(self, system: str, forms: tuple[Form, ...] | None = None) -> Dossier:
        """Its papers; all forms when none are named."""
        found = self.draft(system)
        return dossier_of(found, self.province.inventory, Voice(translator(LANGUAGE)), forms or found.rules.forms)


def write_province(home: Path, files: dict[str, str] | None = None) -> EvidenceProvince:
    """The files and an empty workspace."""
    written = EvidenceProvince(home)
    (written.folder / "agencies").mkdir(parents=True)
    (written.folder / "province.yaml").write_text(PROVINCE, encoding="utf-8")
    for name, text in (files or FILES).items():
        (written.folder / "agencies" / f"{name}.yaml").write_text(text, encoding="utf-8")
    written.workspace.mkdir(mode=0o700)
    return written


def keep_answers(store: Store, province: Province, answers: dict[str, str]) -> None:
    """What machines answered over SSH two days before, as a scan keeps it."""
    run = store.begin_run(started_at=SEEN, who="test", way=Way.SSH, scope="all")
    for endpoint, answer in answers.items():
        nonce = secrets.token_hex(16)
        capture = frame(
            platform_of(answer), nonce, answer_of(LabMachine(endpoint.upper(), answer, ""), nonce, int(SEEN.timestamp()))
        )
        facts = parse_facts(capture, province.catalog.knowledge, SEEN)
        outcome = Outcome(
            endpoint, Way.SSH, Grade.A, Sight.SEEN, SEEN, SEEN, capture=capture, facts=facts, host_key="SHA256:test"
        )
        store.keep(run.number, [outcome])
    store.end_run(run.number, "finished", SEEN)


def ready(written: EvidenceProvince, province: Province, store: Store | None) -> Ready:
    """Everything read as the command does."""
    evidence = province.plan(DEFAULT_PLAN).evidence
    systems = tuple(province.inventory.systems)
    return Ready(written, province, sources_of(province, store, systems, moment=MOMENT, evidence=evidence))

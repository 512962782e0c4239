"""A small correct catalog that tests break on purpose."""

from collections.abc import Callable
from pathlib import Path

import pytest

CHECK = """\
id: patch.restart
title:
  vi: Không còn bản vá chờ khởi động lại
  en: No update waits for a restart
severity: medium
severity_reason: {vi: Chưa có hiệu lực., en: Not in effect.}
when: endpoint.kind != "isolated"
pass: "!patch.reboot_required && machine.uptime_days <= param.days"
param: {days: 60}
refs: [tcvn-14423:x.7.2.2]
what: {vi: Mục này xác nhận máy đã khởi động lại., en: This check proves the restart.}
why: {vi: Mã cũ vẫn chạy., en: Old code still runs.}
verify: {vi: Xem máy., en: Look at the machine.}
fix:
  windows: {vi: Khởi động lại., en: Restart.}
  linux: {vi: Khởi động lại., en: Restart.}
cases:
  - facts: {endpoint.kind: server, patch.reboot_required: false, machine.uptime_days: 3}
    verdict: pass
  - facts: {endpoint.kind: server, patch.reboot_required: true}
    verdict: fail
  - facts: {endpoint.kind: server, patch.reboot_required: false}
    verdict: unknown
  - facts: {endpoint.kind: isolated}
    verdict: not_applicable
"""
LEVELS = """\
id: rules-a
title: {vi: Tiêu chí, en: Criteria}
act: Nghị định A
valid_from: 2026-08-19
source: bản thử
inheritance: {vi: quy tắc, en: rule}
readings:
  - id: portal
    clause: "1.1"
    question: {vi: Hỏi gì?, en: Which?}
    choices: {one: {vi: Một, en: One}, many: {vi: Nhiều, en: Many}}
questions:
  system.kind: {who: agency, text: {vi: Loại hình?, en: Which kind?}}
clauses:
  - id: "1.1"
    level: 2
    title: {vi: Nội bộ, en: Internal}
    when: system.kind == "internal" && reading.portal == "one" && system.data_subjects.basic < 10
    cases:
      - {inputs: {kind: internal, reading.portal: one, data_subjects.basic: 5}, matches: "yes"}
      - {inputs: {kind: other}, matches: "no"}
      - {inputs: {kind: internal}, matches: unknown}
  - id: "1.2"
    level: 3
    title: {vi: Chờ, en: Waiting}
    pending: {vi: chờ hướng dẫn, en: waits for guidance}
"""
PLAN = """\
id: plan-a
name: Kế hoạch A
targets:
  - id: machines
    title: {vi: Máy, en: Machines}
    short: {vi: Máy, en: Machines}
    population: endpoints
    meets: verdict.patch.restart == "pass"
    share: 90 %
    formula: {vi: đạt chia tổng, en: passing by all}
    under:
      - {id: more, title: {vi: Thêm, en: More}, meets: "true"}
  - id: heads
    title: {vi: Người đứng đầu, en: Heads}
    short: {vi: Người đứng đầu, en: Heads}
    population: people
    total: heads
    reached: heads_briefed
    share: 100 %
    formula: {vi: đã dự chia tổng, en: briefed by all}
"""
PRODUCTS = """\
products:
  - id: good-av
    vendor: Good
    name: Good AV
    kind: av
    status: confirmed
    windows: {services: [GoodSvc], wsc_names: ["Good*"]}
  - id: good-edr
    vendor: Good
    name: Good EDR
    kind: edr
    status: partial
    linux: {units: [good-edr]}
"""
LIFECYCLE = """\
id: releases
title: {vi: Vòng đời, en: Lifecycle}
as_of: 2026-08-22
source: bản thử
releases:
  - {os: windows, version: 11-25h2, name: Windows 11, build: 26200, ends: 2027-10-12}
  - {os: windows, version: 11-25h2, name: Windows 11 E, build: 26200, editions: [Enterprise, Education], ends: 2028-10-10}
  - {os: debian, version: "12", name: Debian 12, ends: 2026-07-11, extended_ends: 2028-06-30, extended_is_free: true}
"""
UPDATES = """\
id: monthly
title: {vi: Bản cập nhật, en: Updates}
as_of: 2026-11-19
source: bản thử
updates:
  - {os: windows, build: 26200, month: 2026-10, date: 2026-10-13, kind: security, revision: 9711}
  - {os: windows, build: 26200, month: 2026-11, date: 2026-11-10, kind: security, revision: 9974, kb: KB5130000, source: khác}
"""
CHECK_FILE = "endpoint/patch/patch.restart.yaml"
LEVELS_FILE = "levels/rules-a.yaml"
PLAN_FILE = "plans/plan-a.yaml"
PRODUCTS_FILE = "products/good.yaml"
LIFECYCLE_FILE = "lifecycle/releases.yaml"
UPDATES_FILE = "lifecycle/monthly.yaml"
GOOD = {
    CHECK_FILE: CHECK,
    LEVELS_FILE: LEVELS,
    PLAN_FILE: PLAN,
    PRODUCTS_FILE: PRODUCTS,
    LIFECYCLE_FILE: LIFECYCLE,
    UPDATES_FILE: UPDATES,
}


@pytest.fixture
def good() -> dict[str, str]:
    """File name -> text of a catalog without a fault."""
    return dict(GOOD)


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write the good catalog, with ``changed`` files on top, and give its folder."""

    def _write(changed: dict[str, str] | None = None) -> Path:
        for name, text in {**GOOD, **(changed or {})}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        return tmp_path

    return _write

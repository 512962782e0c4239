"""A new plan to be filled in."""

import os
import re
from pathlib import Path

from secaudit.errors import OutputError, UsageError
from secaudit.messages import literal, msg

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_TEXT = """\
# Một kế hoạch là tên và các chỉ tiêu. Hướng dẫn: docs/plans.md
# A plan is a name and its targets. Step by step: docs/plans.md
# Thay mọi chỗ có <ĐIỀN> và <FILL IN>, bỏ chỉ tiêu không cần, rồi chạy `secaudit plan lint`.
# Replace every <ĐIỀN> and <FILL IN>, remove the targets you do not need, then run `secaudit plan lint`.
id: {id}
# Tên như kế hoạch được viện dẫn. Số, ngày, trích yếu chỉ được in ra khi điền ở đây.
# The name as the plan is cited. Its title and date are printed only if they are entered here.
name: <ĐIỀN> Kế hoạch số .../KH-UBND
# title: trích yếu của kế hoạch
# issued_on: 2026-01-31
# due: 2026-12-31            # sau ngày này "chưa đạt" đọc là "không đạt" / after this day missed reads as not met
evidence:
  fresh_days: 30             # bằng chứng về máy cũ hơn là quá hạn / older evidence of a machine is stale
  people_valid_days: 365     # số người / head counts
  indicators_valid_days: 365 # chỉ tiêu do đơn vị kê khai / declared indicators
targets:
  # Chỉ tiêu về máy: điều kiện nói bằng kết quả của các mục kiểm tra (secaudit checks list).
  # About machines: what the checks say.
  - id: machines-protected
    title:
      vi: <ĐIỀN> Thiết bị đầu cuối được cài đặt giải pháp bảo vệ
      en: <FILL IN> Endpoints have a protection solution installed
    short: {{vi: <ĐIỀN> Thiết bị được bảo vệ, en: <FILL IN> Endpoints protected}}
    population: endpoints
    counts: endpoint.kind in ["workstation", "laptop", "server"] && endpoint.status == "in_use"
    meets: verdict.protection.installed == "pass"
    sign: ">="
    share: 90 %
    formula: {{vi: <ĐIỀN> Số máy đạt ÷ số máy đang dùng., en: <FILL IN> Machines that meet it divided by all in use.}}
  # Chỉ tiêu do đơn vị kê khai: tử số, mẫu số, văn bản (thư mục indicators/ của kho dữ liệu).
  # Declared by agencies: numerator, denominator, document (folder indicators/ of the inventory).
  - id: declared-figure
    title: {{vi: <ĐIỀN> Hồ sơ công việc được xử lý trên môi trường mạng, en: <FILL IN> Work dossiers are handled online}}
    short: {{vi: <ĐIỀN> Hồ sơ trên mạng, en: <FILL IN> Dossiers online}}
    population: indicators
    indicator: ho-so-cong-viec-truc-tuyen
    counts: agency.tier == "commune"
    sign: ">="
    share: 40 %
    formula: {{vi: <ĐIỀN> Số hồ sơ xử lý trên mạng ÷ số hồ sơ., en: <FILL IN> Dossiers handled online divided by all.}}
"""


def write_plan_skeleton(folder: Path, identifier: str) -> Path:
    """Write ``<id>.yaml`` into ``folder``; raises UsageError for a bad id or a file that is there, OutputError when it cannot."""
    if not _ID.fullmatch(identifier):
        raise UsageError(
            msg("a plan cannot be called {id}", id=identifier),
            hint=msg("lower-case letters, digits and dashes, for example {example}", example=literal("ke-hoach-12-2027")),
        )
    path = folder / f"{identifier}.yaml"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        hint = msg("open it, or choose another id")
        raise UsageError(msg("this file is there already"), where=str(path), hint=hint) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise OutputError(msg("the plan cannot be written: {reason}", reason=reason), where=str(path)) from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(_TEXT.format(id=identifier))
    return path

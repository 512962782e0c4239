"""A new check to be filled in: every place that needs a person is marked, and the lint names each until it is filled."""

import os
import re
from pathlib import Path

from secaudit.errors import OutputError, UsageError
from secaudit.messages import msg

MARKS = ("<ĐIỀN>", "<FILL IN>")
"""Stand where a person has to write something."""
_ID = re.compile(r"[a-z][a-z0-9-]{0,29}\.[a-z][a-z0-9-]{0,39}")
_TEXT = """\
# Một mục kiểm tra là một câu đúng hoặc sai về một máy. Hướng dẫn từng bước: docs/writing-checks.md
# A check is one statement about one machine that is true or false. Step by step: docs/writing-checks.md
# Thay mọi chỗ có <ĐIỀN> và <FILL IN>, rồi chạy `secaudit checks lint`: chương trình chỉ ra chỗ còn thiếu.
# Replace every <ĐIỀN> and <FILL IN>, then run `secaudit checks lint`: the program names what is left.
id: {id}

# Điều được khẳng định, viết như một câu đúng, tối đa 75 ký tự.
# What is asserted, written as true, at most 75 characters.
title:
  vi: <ĐIỀN> máy đạt thì như thế nào
  en: <FILL IN> what a machine in order does

# critical, high, medium, low hoặc info: so với bảng trong checks/README.md, mục Severity.
# Compare with the table in checks/README.md, section Severity.
severity: medium
severity_reason:
  vi: <ĐIỀN> một câu, máy không đạt sẽ gặp điều gì
  en: <FILL IN> one sentence, what happens to a machine that fails

# Áp dụng cho máy nào; không phán xét ở đây. Chỉ Linux: os.family == "linux".
# To which machines it applies; it judges nothing. Linux only: os.family == "linux".
when: endpoint.kind in ["workstation", "laptop", "server"]

# Thế nào là đúng. Tên dữ kiện: bảng ở cuối checks/README.md.
# What is right. The names stand in the table at the end of checks/README.md.
pass: <ĐIỀN> machine.uptime_days <= param.days

# Số mà người dùng có thể muốn đổi; trong biểu thức gọi là param.days.
# Numbers people may want to change; the expression calls them param.days.
# param: {{days: 90}}
# Giá trị khác từ một cấp độ trở lên, nếu có.
# Other values from a level on, if there are any.
# param_by_level: {{3: {{days: 30}}}}

# Căn cứ, ví dụ [tcvn-14423:x.7.2.2]; x là mọi cấp độ.
# Clauses, for example [tcvn-14423:x.7.2.2]; x stands for every level.
refs: []

what:
  vi: <ĐIỀN> Mục kiểm tra này xác nhận ... (và không nói lên điều gì)
  en: <FILL IN> This check proves that ... (and what it does not say)
why:
  vi: <ĐIỀN> tiêu chuẩn yêu cầu gì, thiếu thì hỏng việc gì
  en: <FILL IN> what the standard asks, what goes wrong without it
verify:
  vi: <ĐIỀN> cách tự xem bằng công cụ của hệ điều hành
  en: <FILL IN> how a person looks with the system's own tools
# Xóa hệ điều hành mà mục này không áp dụng. Remove the system it does not apply to.
fix:
  windows:
    vi: <ĐIỀN> cách khắc phục trên Windows
    en: <FILL IN> how to put it right on Windows
  linux:
    vi: <ĐIỀN> cách khắc phục trên Linux
    en: <FILL IN> how to put it right on Linux

# Dữ kiện vào, kết quả ra. Cần ít nhất một trường hợp pass, fail, unknown và not_applicable; bỏ dấu # rồi sửa.
# Facts in, verdict out. At least one each of pass, fail, unknown and not_applicable; take the # away and adapt.
cases:
  # - facts: {{endpoint.kind: server, machine.uptime_days: 90}}
  #   verdict: pass
  # - facts: {{endpoint.kind: server, machine.uptime_days: 91}}
  #   verdict: fail
  - facts: {{endpoint.kind: server}}
    verdict: unknown
  - facts: {{endpoint.kind: isolated}}
    verdict: not_applicable
"""


def to_be_filled(text: str) -> bool:
    """Whether a text still holds the mark of a skeleton."""
    return any(mark in text for mark in MARKS)


def write_skeleton(folder: Path, check_id: str) -> Path:
    """A new file for ``check_id`` under the catalog ``folder``; what lies there already is never touched."""
    if not _ID.fullmatch(check_id):
        raise UsageError(
            msg("{id} is no id for a check", id=check_id[:80]),
            hint=msg("write GROUP.NAME in small letters, digits and dashes, for example patch.uptime"),
        )
    if not folder.is_dir():
        raise UsageError(
            msg("There is no catalog in this folder"), where=str(folder), hint=msg("name the folder that holds endpoint/")
        )
    path = folder / "endpoint" / check_id.partition(".")[0] / f"{check_id}.yaml"
    if path.is_symlink() or path.exists():
        raise UsageError(
            msg("there is a check of this name already"), where=str(path), hint=msg("choose another name, or edit this file")
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        with os.fdopen(descriptor, "wb") as file:
            file.write(_TEXT.format(id=check_id).encode("utf-8"))
    except OSError as error:
        raise OutputError(
            msg("the file cannot be written: {reason}", reason=error.strerror or type(error).__name__),
            where=str(path),
            hint=msg("name a folder of your own with --checks FOLDER"),
        ) from error
    return path

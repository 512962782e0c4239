"""The machines of the sample province, and the checks they are judged by."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from secaudit.messages import msg
from secaudit.model.base import Texts
from secaudit.model.capture import Section, SectionStatus
from secaudit.model.check import Severity
from secaudit.model.console import EvidenceSource
from secaudit.model.discovery import Device, Meeting
from secaudit.model.doubt import DoubtKind
from secaudit.model.fact import MissingReason
from secaudit.model.finding import Verdict
from secaudit.model.inventory import EndpointKind
from secaudit.model.outcome import Grade, Sight, Way
from secaudit.model.protection import ProtectionGrade
from secaudit.report.document import (
    BeyondRow,
    CheckRow,
    ComparisonRow,
    ConflictRow,
    ConsoleLine,
    CourierLine,
    FactRow,
    FoundRow,
    HeldRow,
    MachineRow,
    MissingRow,
    NewcomerRow,
    SectionText,
    Side,
    Trail,
    UnseenRow,
    VerdictRow,
    section_text,
)

AS_OF = datetime(2026, 12, 14, 10, 0, tzinfo=UTC)
CHECKS = (
    ("protection.installed", "Có phần mềm chống mã độc được cài đặt", Severity.CRITICAL),
    ("protection.active", "Có phần mềm chống mã độc đang chạy, cập nhật dưới 7 ngày", Severity.CRITICAL),
    ("protection.managed", "Phần mềm chống mã độc được quản trị tập trung", Severity.HIGH),
    ("patch.security-pending", "Không còn bản vá an ninh chưa cài", Severity.HIGH),
    ("patch.lists-fresh", "Danh sách bản vá được làm mới trong 7 ngày", Severity.MEDIUM),
    ("patch.restart", "Không chờ khởi động lại sau khi cập nhật", Severity.MEDIUM),
    ("patch.os-supported", "Hệ điều hành còn được hỗ trợ an ninh", Severity.CRITICAL),
    ("access.root-login", "Không cho đăng nhập từ xa bằng tài khoản root", Severity.HIGH),
    ("accounts.empty-password", "Không có tài khoản để trống mật khẩu", Severity.CRITICAL),
    ("network.firewall", "Tường lửa của máy đang bật", Severity.HIGH),
    ("network.smb1", "Giao thức chia sẻ tệp cũ SMBv1 đã tắt", Severity.HIGH),
    ("time.synchronised", "Đồng hồ được đồng bộ với máy chủ thời gian", Severity.LOW),
    ("logging.active", "Nhật ký hệ thống đang ghi", Severity.MEDIUM),
)
_GRADES = (ProtectionGrade(0, 0), ProtectionGrade(2, 3), ProtectionGrade(1, 5), ProtectionGrade(3, 5), ProtectionGrade(1, 1))
_SIGHTS = (Sight.TIMEOUT, Sight.NO_WAY_IN, Sight.REFUSED, Sight.HOST_KEY, Sight.AUTH, Sight.BANNER)
_PRODUCTS = (
    '[{"id":"kaspersky-kes","name":"Kaspersky Endpoint Security","kind":"av'
    '","running":true,"realtime":true,"signature_age_days":3}]'
)


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def machine(number: int, agencies: list[str], budget: int) -> MachineRow:
    agency = number % len(agencies)
    server, seen = number % 9 == 0, number % 6 != 5
    name = f"{'may-chu' if server else 'pc'}-{agency:02}-{number:03}"
    moment = AS_OF - timedelta(hours=number % 50, minutes=number)
    sections = _sections(number, budget) if seen else ()
    return MachineRow(
        id=name,
        agency=f"agency-{agency}",
        kind=EndpointKind.SERVER if server else EndpointKind.WORKSTATION,
        os="Debian GNU/Linux 12 (bookworm)" if server else "Windows 10 Pro 22H2",
        place=f"Tầng {number % 4 + 1}, phòng {number % 7 + 101}",
        address=f"127.20.{agency}.{number + 10}",
        systems=("Cổng dịch vụ công trực tuyến tỉnh",) if server else (),
        lab=seen and number != 0,
        seen=seen,
        protection=_GRADES[number % len(_GRADES)] if seen else None,
        trail=_trails(name, number, moment)[0] if seen else None,
        beside=_trails(name, number, moment)[1:] if seen else (),
        conflicts=_conflicts(number, moment) if seen else (),
        facts=_facts(number) if seen else (),
        verdicts=_verdicts(number) if seen else (),
        sections=sections,
    )


def _trails(name: str, number: int, moment: datetime) -> tuple[Trail, ...]:
    """Number 0 and every fourth are seen directly, the others by console or collector; every twelfth by two ways."""
    row = f"{name} row"
    console = Trail(
        moment - timedelta(hours=9), Way.CONSOLE, Grade.B, 4, 1000 + number, digest(row), digest(f"chain {row}"), size=900,
        console=ConsoleLine(
            EvidenceSource.KSC, "bao-cao-ksc.csv", digest("file"), number + 2, "Sở Khoa học và Công nghệ", moment, "ksc"
        ),
    )  # fmt: skip
    if number % 4 == 2:
        return (console,)
    if number % 4 == 1:
        line = CourierLine("0123456789abcdef", "tra-loi-xa.txt", digest("answers"), number + 1)
        return (
            Trail(
                moment, Way.COURIER, Grade.C, 5, 2000 + number, digest(name), digest(f"chain {name}"), size=31000, courier=line
            ),
        )
    direct = Trail(
        moment, Way.SSH, Grade.A, 3, number + 1, digest(name), digest(f"chain {name}"),
        server_version="SSH-2.0-secaudit-lab_OpenSSH", host_key="SHA256:" + digest(name)[:43], size=41000,
    )  # fmt: skip
    return (direct, console) if number % 12 == 3 else (direct,)


def _conflicts(number: int, moment: datetime) -> tuple[ConflictRow, ...]:
    if number % 12 != 3:
        return ()
    counts = Side('"Windows 10 Pro 22H2"', Way.SSH, Grade.A, moment)
    return (
        ConflictRow("os.name", "", counts, Side('"Windows 7 Pro"', Way.CONSOLE, Grade.B, moment - timedelta(hours=9), "ksc")),
    )


def newcomer_rows(agencies: int) -> tuple[NewcomerRow, ...]:
    found = [
        NewcomerRow(
            f"may-moi-{n:02}", None if n == 8 else f"agency-{n // 3}", f"PC-VANTHU-{n}", ("windows", "linux", "")[n % 3],
            ("ksc", "courier")[n % 2], AS_OF - timedelta(days=n + 1), AS_OF - timedelta(days=n // 2), f"5CD{n:04}XYZ",
            "4c4c4544-0043-3510-8052-b4c04f564231" if n % 2 else "",
        )
        for n in range(min(9, 3 * agencies))
    ]  # fmt: skip
    return tuple(found)


BEYOND = (BeyondRow("agency-0", tuple(f"192.168.1.{n}" for n in range(10, 30)), 4), BeyondRow(None, ("10.9.0.4",)))


def comparison_rows(machines: Sequence[MachineRow], agencies: int) -> tuple[ComparisonRow, ...]:
    """What answered in the networks of the first agency, and in those of none."""
    if not machines or not agencies:
        return ()
    ours = [row.id for row in machines if row.agency == "agency-0"]
    found = tuple(
        FoundRow(
            meeting, f"192.168.1.{9 + n}", ours[0] if meeting in (Meeting.OTHER_MACHINE, Meeting.MOVED) and ours else None,
            f"PC-LA-{n}", tuple(Device)[n % len(Device)], AS_OF - timedelta(days=n),
            msg("recognised by {basis}", basis=msg("the host name")) if n % 2 else None,
        )
        for n, meeting in enumerate(kind for kind in Meeting if kind not in (Meeting.ANSWERING, Meeting.SILENT))
    )  # fmt: skip
    numbers = ((msg("Machines in use as declared"), 12), (msg("Machines according to the asset register"), None))
    return (
        ComparisonRow("agency-0", numbers, (AS_OF - timedelta(days=3), AS_OF - timedelta(days=1)), found, tuple(ours[1:4])),
        ComparisonRow(None, (), None, found[:1]),
    )


def _facts(number: int) -> tuple[FactRow, ...]:
    if number % 4 == 2:
        return tuple(replace(fact, section="row") for fact in _observed(number))
    if number % 12 == 3:
        return tuple(replace(fact, pieces=(0, 1)) if fact.name == "protection.products" else fact for fact in _observed(number))
    return _observed(number)


def _observed(number: int) -> tuple[FactRow, ...]:
    return (
        FactRow("protection.products", _PRODUCTS if number % 5 else "[]", "antivirus"),
        FactRow("patch.pending_security", str(number % 4), "updates"),
        FactRow("patch.metadata_age_days", str(number % 12), "updates"),
        FactRow("patch.reboot_required", "true" if number % 7 == 0 else "false", "restart"),
        FactRow("os.support_days_left", str(200 - number * 3), "os"),
        FactRow("firewall.active", "true", "firewall"),
        FactRow("time.synchronised", "true", "time"),
        FactRow("logging.active", "true", "logging"),
    )


def _verdicts(number: int) -> tuple[VerdictRow, ...]:
    rows = []
    for position, (check, _, _) in enumerate(CHECKS):
        if (check == "protection.managed" and number % 2) or check == "network.smb1":
            missing = MissingRow("protection.products[].managed", MissingReason.ABSENT, section="antivirus")
            rows.append(VerdictRow(check, Verdict.UNKNOWN, missing=(missing,)))
        elif (check.startswith("protection") and number % 5 == 0) or (number + position) % 17 == 0:
            rows.append(VerdictRow(check, Verdict.FAIL, ("protection.products", "patch.pending_security")))
        elif check == "access.root-login" and number % 9:
            rows.append(VerdictRow(check, Verdict.NOT_APPLICABLE))
        else:
            grade = Grade.B if number % 4 == 2 else Grade.C if number % 4 == 1 else Grade.A
            rows.append(VerdictRow(check, Verdict.PASS, ("protection.products", "firewall.active"), grade=grade))
    order = list(Verdict)
    order.remove(Verdict.PASS)
    return tuple(sorted(rows, key=lambda row: [*order[:2], Verdict.PASS, *order[2:]].index(row.verdict)))


def _sections(number: int, budget: int):
    bodies = {
        "os": 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nVERSION_ID="12"\n' + "HOME_URL=https://www.debian.org/\n" * 8,
        "updates": "".join(
            f"Inst package-{number}-{n} [1.{n}] (1.{n + 1} Debian-Security:12/stable)\n" for n in range(number % 4 * 6)
        ),
        "antivirus": f"clamav-daemon active {number}\nfreshclam active\nmain.cvd 2026-12-11\n" * 5,
        "firewall": "table inet filter {\n chain input { type filter hook input priority 0; policy drop; }\n}\n" * 4,
        "sshd": "permitrootlogin no\npasswordauthentication no\nmaxauthtries 4\n" * 6,
        "time": "NTPSynchronized=yes\n",
        "logging": "systemd-journald active\n",
        "accounts": "root:x:0:0:/root:/bin/bash\nquantri:x:1000:1000::/bin/bash\n",
    }
    if number % 4 == 2:
        return (_row(number, 0),)
    answered = [section_text(Section(name, SectionStatus.OK, body.encode(), 0), budget) for name, body in bodies.items()]
    denied = section_text(Section("restart", SectionStatus.DENIED, b"", 1), budget)
    return (*answered, denied, _row(number, 1)) if number % 12 == 3 else (*answered, denied)


def _row(number: int, piece: int) -> SectionText:
    cells = (
        ("Tên thiết bị", f"PC-{number}"), ("Nhóm", "UBND phường Linh Sơn"), ("Lần kết nối cuối", "13/12/2026 08:15"),
        ("Bảo vệ thời gian thực", "Đang chạy"), ("Cơ sở dữ liệu", "12/12/2026"),
    )  # fmt: skip
    return SectionText("row", SectionStatus.OK, "", 900, piece=piece, cells=cells)


def check_row(name: str, title: str, severity: Severity) -> CheckRow:
    return CheckRow(
        name,
        Texts(vi=title, en=f"Check {name}"),
        severity,
        what=Texts(vi="Trạng thái thật của máy tại thời điểm thu thập.", en="The true state of the machine when it was asked."),
        why=Texts(
            vi="Máy không đạt yêu cầu này dễ bị chiếm quyền và làm lây lan mã độc sang máy khác.",
            en="A machine that fails this is easily taken over and spreads malware.",
        ),
        verify=Texts(
            vi="Mở cửa sổ Bảo mật Windows và đọc dòng trạng thái.", en="Open Windows Security and read the status line."
        ),
        fix_windows=Texts(
            vi="Cài bộ chống mã độc của tỉnh từ máy chủ quản trị, khởi động lại và chờ cập nhật mẫu nhận dạng.",
            en="Install the province's anti-malware, restart and wait for the signatures.",
        ),
        fix_linux=Texts(
            vi="Cài gói clamav-daemon và clamav-freshclam, bật cả hai dịch vụ.", en="Install clamav-daemon and clamav-freshclam."
        ),
        refs=("tcvn-14423:x.10.2.1",),
    )


def held_rows(rows: tuple[MachineRow, ...]) -> tuple[HeldRow, ...]:
    """Every fifth machine nobody saw: in quarantine or doubled, all kinds in turn."""
    kinds = list(DoubtKind)
    old, new = f"ssh-ed25519 SHA256:{digest('old')[:43]}", f"ssh-ed25519 SHA256:{digest('new')[:43]}"
    said = f"UUID 4c4c4544-0043-3510-8052-b4c04f564231, S/N 5CD1234XYZ, machine-id {digest('id')[:32]}"
    held = [row for row in rows if not row.seen][::5]
    found = []
    for number, row in enumerate(held):
        kind = kinds[(number - 1) % len(kinds)]
        twins = tuple(other.id for other in held if other is not row)[:3]
        met = {
            DoubtKind.KEY_CHANGED: (old, new),
            DoubtKind.KEY_REVOKED: ("", new),
            DoubtKind.OTHER_MACHINE: (said, said),
        }
        was, now = met.get(kind, ("", said if kind is DoubtKind.DOUBLED else ""))
        sight = Sight.IDENTITY if kind is DoubtKind.OTHER_MACHINE else Sight.SEEN if kind is DoubtKind.DOUBLED else Sight.HOST_KEY
        since = None if kind is DoubtKind.DOUBLED else AS_OF - timedelta(days=number + 1)
        twins = twins if kind is DoubtKind.DOUBLED else ()
        basis = "declared" if kind is DoubtKind.OTHER_MACHINE else ""
        found.append(HeldRow(row.id, kind, since, was, now, basis, twins, sight, AS_OF - timedelta(hours=number)))
    return tuple(sorted(found, key=lambda row: (kinds.index(row.kind), row.machine)))


def unseen_rows(rows: tuple[MachineRow, ...]) -> tuple[UnseenRow, ...]:
    held = {row.machine for row in held_rows(rows)}
    missing = [row for row in rows if not row.seen and row.id not in held]
    found = [
        UnseenRow(
            row.id,
            _SIGHTS[n % len(_SIGHTS)],
            n % 7 == 6,
            AS_OF - timedelta(hours=n) if n % 4 else None,
            "answered HTTP/1.1 400" * (n % 6 == 5),
        )
        for n, row in enumerate(missing)
    ]
    return tuple(sorted(found, key=lambda row: (row.stale, list(Sight).index(row.sight))))

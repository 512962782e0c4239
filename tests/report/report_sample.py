"""A province for the report's own tests: 34 agencies, 27 systems, 120 machines or as many as asked, built by counting."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

from report_sample_machines import (
    AS_OF,
    BEYOND,
    CHECKS,
    check_row,
    comparison_rows,
    digest,
    held_rows,
    machine,
    newcomer_rows,
    unseen_rows,
)
from report_sample_standard import standard_part

from secaudit.messages import msg
from secaudit.model.base import Texts
from secaudit.model.finding import Verdict
from secaudit.model.inventory import Tier
from secaudit.model.measurement import Decision
from secaudit.model.outcome import Grade
from secaudit.model.past import Basis
from secaudit.model.system import DossierStatus
from secaudit.report.document import (
    AgencyFigure,
    AgencyRow,
    ClauseRow,
    Conclusion,
    DeadlineRow,
    Figure,
    Footer,
    GradePart,
    Header,
    HeavyRow,
    LifecycleAge,
    MachineRow,
    Members,
    ObligationRow,
    Obstacle,
    Order,
    QuestionRow,
    ReportDocument,
    Step,
    SubTargetRow,
    SystemRow,
    TargetRow,
    Tile,
    TrendPoint,
    TrendRow,
    VisitRow,
    section_budget,
)

_DEPARTMENTS = (
    "Văn phòng UBND tỉnh",
    "Sở Khoa học và Công nghệ",
    "Sở Nội vụ",
    "Sở Tài chính",
    "Sở Nông nghiệp và Môi trường",
    "Sở Xây dựng",
    "Sở Công Thương",
    "Sở Giáo dục và Đào tạo",
    "Sở Y tế",
    "Sở Tư pháp",
    "Sở Văn hóa, Thể thao và Du lịch",
    "Thanh tra tỉnh",
    "Trung tâm Phục vụ hành chính công tỉnh",
)
_COMMUNES = (
    "Phan Đình Phùng",
    "Linh Sơn",
    "Tích Lương",
    "Gia Sàng",
    "Quyết Thắng",
    "Quan Triều",
    "Phổ Yên",
    "Vạn Xuân",
    "Trung Thành",
    "Sông Công",
    "Bá Xuyên",
    "Bách Quang",
    "Đức Xuân",
    "Bắc Kạn",
    "Tân Cương",
    "Đại Phúc",
    "Định Hóa",
    "Chợ Đồn",
    "Ba Bể",
    "Na Rì",
    "Thượng Minh",
)
_PEOPLE = ("Nguyễn Thị Hồng Hạnh", "Trần Văn Dũng", "Lê Thị Mỹ Duyên", "Hoàng Đức Thắng", "Phạm Quỳnh Anh", "Đặng Hữu Nghĩa")
_SYSTEMS = (
    ("Hệ thống quản lý văn bản và điều hành", 2, 3),
    ("Cổng dịch vụ công trực tuyến tỉnh", 3, 3),
    ("Trung tâm tích hợp dữ liệu", 3, 3),
    ("Nền tảng chia sẻ, tích hợp dữ liệu (LGSP)", 3, 3),
    ("Trung tâm Điều hành thông minh (IOC)", 3, 3),
    ("Hệ thống một cửa điện tử", 3, 3),
    ("Hệ thống hội nghị truyền hình", 2, 2),
    ("Thư điện tử công vụ", 2, 2),
    ("Cổng thông tin điện tử tỉnh", 2, 2),
    ("Ứng dụng C-ThaiNguyen", 3, 4),
    ("Hệ thống chữ ký số chuyên dùng", 2, 3),
    ("Mạng nội bộ UBND tỉnh", 2, 2),
)


def sample(machines: int = 120, communes: int = len(_COMMUNES)) -> ReportDocument:
    """The document; equal arguments give equal documents."""
    agencies = _names(communes)
    rows = tuple(machine(number, agencies, section_budget(machines)) for number in range(machines))
    held = {row.machine: row.kind for row in held_rows(rows)}
    rows = tuple(replace(row, doubt=held.get(row.id)) for row in rows)
    systems = tuple(sorted((_system(number) for number in range(27)), key=lambda row: -(row.highest or 0)))
    targets = tuple(
        replace(row, beyond=BEYOND) if row.number == 2 and agencies else row for row in _targets(rows, systems, agencies)
    )
    return ReportDocument(
        header=Header(
            "tỉnh Thái Nguyên",
            "UBND tỉnh Thái Nguyên",
            AS_OF,
            "Kế hoạch 246/KH-UBND",
            agencies=len(agencies),
            silent=4,
            lab=sum(row.lab for row in rows),
        ),
        conclusion=Conclusion(1, 2, 2, previous=(0, 2, 3), previous_day=date(2026, 11, 30)),
        targets=targets,
        orders=_orders(),
        heaviest=tuple(
            HeavyRow(f"agency-{n}", msg("{count} machines to be verified, {bad} to be put in order", count=9 - n // 2, bad=n % 3))
            for n in range(10)
        ),
        agencies=tuple(_agency(n, name, rows) for n, name in enumerate(agencies)),
        systems=systems,
        checks=tuple(check_row(*check) for check in CHECKS),
        visits=tuple(
            VisitRow(row.id, tuple(v.check for v in row.verdicts if v.verdict is Verdict.FAIL), lesser=7)
            for row in rows
            if any(v.verdict is Verdict.FAIL for v in row.verdicts)
        ),
        unseen=unseen_rows(rows),
        machines=rows,
        footer=_footer(),
        held=held_rows(rows),
        newcomers=newcomer_rows(len(agencies)),
        comparisons=comparison_rows(rows, len(agencies)),
        standard=standard_part([system.id for system in systems]),
        trend=tuple(_trend(target) for target in targets),
        improved=tuple(HeavyRow(f"agency-{n}", msg("{count} machines newly shown", count=13 - n)) for n in range(3, 13)),
        deadlines=_deadlines(),
    )


def _names(communes: int) -> list[str]:
    kinds = [f"UBND {'phường' if n < 15 else 'xã'} {_COMMUNES[n % len(_COMMUNES)]}" for n in range(communes)]
    return [*_DEPARTMENTS, *(name if n < len(_COMMUNES) else f"{name} {n}" for n, name in enumerate(kinds))]


def _system(number: int) -> SystemRow:
    name, low, high = (
        _SYSTEMS[number] if number < len(_SYSTEMS) else (f"Mạng nội bộ {_names(21)[number]}", 2 if number % 5 else None, 3)
    )
    dossier = (DossierStatus.APPROVED, DossierStatus.SUBMITTED, DossierStatus.DRAFTING, None)[number % 4]
    clauses = (
        []
        if low is None
        else [
            ClauseRow(
                "12.1" if low == 2 else "13.2.b",
                low,
                Texts(
                    vi="Hệ thống phục vụ hoạt động nội bộ, có xử lý thông tin riêng"
                    if low == 2
                    else "Hệ thống phục vụ giải quyết thủ tục hành chính",
                    en="Internal system that processes private information",
                ),
                True,
            )
        ]
    )
    if low != high:
        clauses.insert(
            0,
            ClauseRow(
                "13.3",
                high,
                Texts(vi="Hạ tầng thông tin dùng chung của nhiều cơ quan", en="Shared infrastructure"),
                None,
                (Texts(vi="mạng của một xã là hạ tầng của một cơ quan", en="a commune network is that of one agency"),),
            ),
        )
    return SystemRow(
        id=f"system-{number}",
        name=name,
        owner="UBND tỉnh Thái Nguyên",
        lowest=low,
        highest=high,
        rule_set="Nghị định 331/2026/NĐ-CP",
        clauses=tuple(clauses),
        inputs=((Texts(vi="Loại hình hệ thống?", en="Kind?"), Texts(vi="Nội bộ", en="internal")),),
        questions=(QuestionRow(Texts(vi="Hệ thống phục vụ một cơ quan hay nhiều cơ quan?", en="One agency or many?"), "agency"),)
        if low != high
        else (),
        obligations=(ObligationRow("10.5", Texts(vi="Chủ quản phải đề xuất cấp độ cao hơn", en="Propose a higher level"), 4),)
        if number == 1
        else (),
        pending=("11.2", "12.4"),
        declared=low if number % 4 < 3 else None,
        comparison=Texts(vi="Hồ sơ đề xuất cùng cấp độ.", en="The dossier proposes the same level.") if low else None,
        dossier=dossier,
        decision="12/QĐ-UBND, 02/03/2026, UBND tỉnh" if number % 4 == 0 else None,
        plan=("full", "partial", "none", None)[number % 4],
    )


def _figure(proven: int, disproven: int, unknown: int, declared: int = 0, lab: int = 0) -> Figure:
    total = proven + disproven + unknown
    return Figure(proven, disproven, unknown, total, Fraction(proven, total), Fraction(proven + unknown, total), declared, lab)


def _of_check(rows: tuple[MachineRow, ...], check: str) -> Members:
    found = {row.id: next((v.verdict for v in row.verdicts if v.check == check), Verdict.UNKNOWN) for row in rows}
    part = lambda wanted: tuple(name for name, verdict in found.items() if verdict is wanted)  # noqa: E731
    return Members(part(Verdict.PASS), part(Verdict.FAIL), part(Verdict.UNKNOWN))


def _of_members(members: Members, rows: tuple[MachineRow, ...]) -> Figure:
    figure = _figure(len(members.proven), len(members.disproven), len(members.unknown), lab=sum(row.lab for row in rows))
    trails = {row.id: row.trail for row in rows if row.trail is not None}
    by_grade = [(grade, tuple(name for name in members.proven if trails[name].grade is grade)) for grade in Grade]
    return replace(figure, grades=tuple(GradePart(grade, len(names), names) for grade, names in by_grade if names))


def _targets(rows, systems, agencies) -> tuple[TargetRow, ...]:
    names = tuple(f"agency-{n}" for n in range(len(agencies)))
    done = tuple(s.id for s in systems if s.plan == "full")
    never = tuple(s.id for s in systems if s.plan in ("partial", "none"))
    open_systems = tuple(s.id for s in systems if s.plan is None)
    p1, p2, p3 = (_of_check(rows, check) for check in ("protection.installed", "protection.active", "protection.managed"))
    people = Members(names[:20], (), names[20:])
    formula = Texts(vi="số có bằng chứng đạt / tổng số đã khai", en="proven to meet it / all declared")
    return (
        TargetRow(
            1,
            "levels",
            Texts(
                vi="Hệ thống thông tin được xác định cấp độ và bảo vệ theo cấp độ", en="Systems with a level and protected by it"
            ),
            Texts(vi="70 % hệ thống thông tin được xác định cấp độ và triển khai bảo vệ theo cấp độ", en="70% of systems ..."),
            "systems",
            ">=",
            Fraction(7, 10),
            _figure(len(done), len(never), len(open_systems), 3),
            Decision.MISSED,
            formula,
            msg("{count} more systems needed", count=12),
            members=Members(done, never, open_systems),
            steps=(
                Step(msg("deploy the approved plan in full"), "agency-0", 7),
                Step(msg("have the dossier appraised"), "agency-1", 5),
            ),
        ),
        TargetRow(
            2,
            "endpoints",
            Texts(vi="Thiết bị đầu cuối được cài đặt giải pháp bảo vệ", en="Endpoints with a protection solution installed"),
            Texts(
                vi="90 % thiết bị đầu cuối được cài đặt giải pháp bảo vệ",
                en="90% of endpoints have a protection solution installed",
            ),
            "endpoints",
            ">=",
            Fraction(9, 10),
            _of_members(p1, rows),
            Decision.UNDECIDED,
            formula,
            msg("{count} machines must be verified", count=1601),
            members=p1,
            under=(
                SubTargetRow(
                    "p2", Texts(vi="Đang hoạt động và cập nhật", en="Running and up to date"), _of_members(p2, rows), p2
                ),
                SubTargetRow("p3", Texts(vi="Quản trị tập trung", en="Centrally managed"), _of_members(p3, rows), p3),
            ),
            obstacles=(
                Obstacle(msg("{count} agencies have sent nothing", count=4), names[30:34]),
                Obstacle(msg("nobody has seen {count} machines", count=20), names[:3]),
            ),
            steps=(Step(msg("run the collector on {count} machines", count=9), "agency-3", 9),),
        ),
        TargetRow(
            3,
            "heads",
            Texts(vi="Người đứng đầu được tuyên truyền, phổ biến", en="Heads briefed"),
            Texts(vi="100 % người đứng đầu", en="100% of heads"),
            "people",
            ">=",
            Fraction(1),
            _figure(603, 0, 9, 9),
            Decision.UNDECIDED,
            formula,
            msg("documents of {count} heads missing", count=9),
            members=people,
        ),
        TargetRow(
            4,
            "briefed",
            Texts(vi="Cán bộ, công chức, viên chức được tuyên truyền", en="Staff briefed"),
            Texts(vi="Trên 90 % CBCCVC", en="More than 90% of staff"),
            "people",
            ">",
            Fraction(9, 10),
            _figure(30123, 2059, 0),
            Decision.MET,
            formula,
            members=people,
        ),
        TargetRow(
            5,
            "trained",
            Texts(vi="Cán bộ, công chức, viên chức được đào tạo kỹ năng", en="Staff trained"),
            Texts(vi="80 % CBCCVC", en="80% of staff"),
            "people",
            ">=",
            Fraction(8, 10),
            _figure(21884, 8529, 1769, 1200),
            Decision.MISSED,
            formula,
            msg("{count} more people needed", count=1784),
            members=people,
        ),
    )


def _orders() -> tuple[Order, ...]:
    return (
        Order(
            msg("{count} commune People's Committees", count=21),
            msg("run the collector on the machines nobody has seen"),
            msg("verifies at most {count} more machines, enough to conclude target {number}", count=1640, number=2),
            date(2026, 12, 11),
        ),
        Order(
            "Sở Khoa học và Công nghệ",
            msg("has the dossiers of {count} systems appraised and approved", count=12),
            msg("target {number} rises by at most {share}", number=1, share=Fraction(12, 27)),
            date(2026, 12, 18),
        ),
        Order(
            "Sở Nội vụ",
            msg("holds two classes of basic skills"),
            msg("{count} more people trained, target {number} is met", count=1784, number=5),
            date(2026, 12, 24),
        ),
    )


def _trend(target: TargetRow) -> TrendRow:
    """A year in which each month proves a little more; the oldest states are counted again."""
    lower, upper = target.figure.lower, target.figure.upper
    points = [
        TrendPoint(
            day, Basis.RECOUNTED if place < 4 else Basis.STATED, lower * (30 + 5 * place) / 100, upper + (1 - upper) / (1 + place)
        )
        for place, day in enumerate(date(2026, month, 28) for month in range(1, 12))
    ]
    if target.number == 3:
        return TrendRow(
            3, (TrendPoint(AS_OF.date(), Basis.STATED, lower, upper),), date(2027, 3, 31), None, msg("no outlook yet")
        )
    points.append(TrendPoint(AS_OF.date(), Basis.STATED, lower, upper))
    method = msg("dashed: straight on through {count} states", count=len(points))
    return TrendRow(target.number, tuple(points), date(2027, 3, 31), (min(lower * Fraction(6, 5), upper), upper), method)


def _deadlines() -> tuple[DeadlineRow, ...]:
    return (
        DeadlineRow(
            date(2026, 12, 18), Texts(vi="Gửi báo cáo năm tới chủ quản", en="Annual report to the owner"), "nd-331-2026:35.4.a"
        ),
        DeadlineRow(
            date(2026, 12, 24), Texts(vi="Chủ quản gửi báo cáo năm tới Bộ Công an", en="To the Ministry"), "nd-331-2026:35.4.b"
        ),
        DeadlineRow(date(2027, 2, 11), Texts(vi="Hạn phê duyệt cấp độ", en="Levels approved"), "nd-331-2026:20.1", False, 12),
    )


def _agency(number: int, name: str, rows: tuple[MachineRow, ...]) -> AgencyRow:
    own = [row for row in rows if row.agency == f"agency-{number}"]
    known = sum(row.seen for row in own)
    silent = 30 <= number < 34
    tile = Tile.SILENT if silent else (Tile.ACT, Tile.CLARIFY, Tile.GOOD)[number % 3]
    stands = [tile] * 2 + [Tile.GOOD, Tile.GOOD] if tile is not Tile.SILENT else [tile] * 4
    machines = AgencyFigure(2, known, 0, len(own) - known, stands[0])
    return AgencyRow(
        f"agency-{number}",
        name,
        Tier.PROVINCE if number < len(_DEPARTMENTS) else Tier.COMMUNE,
        tile,
        _PEOPLE[number % 6],
        f"0208 3{number:03} 1{number % 90:02}",
        not silent,
        (
            machines,
            AgencyFigure(3, 4, 0, number % 2, stands[1]),
            AgencyFigure(4, 90, 6, 0, stands[2]),
            AgencyFigure(5, 71, 20, 5, stands[3]),
        ),
        (msg("verify {count} machines", count=len(own) - known), msg("train {count} people", count=25))
        if number % 3 != 2
        else (),
        newcomers=3 if number < 2 else 2 if number == 2 else 0,
    )


def _footer() -> Footer:
    return Footer(
        digest("inventory"),
        digest("catalog"),
        digest("head"),
        "0.1.0",
        "Nghị định 331/2026/NĐ-CP",
        (LifecycleAge(Texts(vi="Vòng đời Windows", en="Windows lifecycle"), date(2026, 11, 1), "endoflife.date"),),
        (msg("Evidence of a machine counts for {days} days.", days=30),),
    )


VIETNAMESE = {
    "{count} more systems needed": "cần thêm {count} hệ thống",
    "{count} machines must be verified": "cần xác minh {count} máy",
    "documents of {count} heads missing": "thiếu hồ sơ của {count} người",
    "{count} more people needed": "cần thêm {count} người",
    "deploy the approved plan in full": "triển khai đầy đủ phương án đã được phê duyệt",
    "have the dossier appraised": "trình thẩm định hồ sơ đề xuất cấp độ",
    "{count} machines newly shown": "thêm {count} máy có bằng chứng",
    "no outlook yet": "chưa đủ căn cứ để dự báo",
    "dashed: straight on through {count} states": "nét đứt: kéo dài đường thẳng qua {count} lần chốt",
    "{count} agencies have sent nothing": "{count} đơn vị chưa gửi số liệu",
    "nobody has seen {count} machines": "{count} máy chưa kiểm tra được",
    "run the collector on {count} machines": "chạy bộ thu thập trên {count} máy",
    "{count} commune People's Committees": "UBND {count} xã, phường",
    "run the collector on the machines nobody has seen": "chạy bộ thu thập trên các máy chưa kiểm tra được",
    "verifies at most {count} more machines, enough to conclude target {number}": (
        "xác minh thêm tối đa {count} máy, đủ để kết luận chỉ tiêu {number}"
    ),
    "has the dossiers of {count} systems appraised and approved": "trình thẩm định, phê duyệt hồ sơ của {count} hệ thống",
    "target {number} rises by at most {share}": "chỉ tiêu {number} tăng thêm tối đa {share}",
    "holds two classes of basic skills": "tổ chức hai lớp tập huấn kỹ năng cơ bản",
    "{count} more people trained, target {number} is met": "thêm {count} người được đào tạo, đạt chỉ tiêu {number}",
    "{count} machines to be verified, {bad} to be put in order": "{count} máy cần xác minh, {bad} máy cần khắc phục",
    "verify {count} machines": "xác minh {count} máy",
    "train {count} people": "đào tạo {count} người",
    "Evidence of a machine counts for {days} days.": "Bằng chứng về máy có giá trị trong {days} ngày.",
}
"""Vietnamese of the sentences that stand for the pipeline's."""

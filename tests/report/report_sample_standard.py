"""Systems of the sample province against a standard of twelve requirements."""

from secaudit.messages import msg
from secaudit.model.assessment import Fulfilment
from secaudit.model.base import Texts
from secaudit.report.assessment_words import LEVEL_FROM
from secaudit.report.standing import AnswerGroup, AskedRow, ContradictionRow, StandardPart, StandingRow

_TITLES = (
    "Đổi mật khẩu mặc định",
    "Vô hiệu hóa tài khoản mặc định",
    "Khóa phiên khi không hoạt động",
    "Tường lửa trên máy chủ và máy trạm",
    "Cập nhật bản vá hằng tháng",
    "Phần mềm phòng, chống mã độc",
    "Thu thập nhật ký tối thiểu",
    "Lưu nhật ký đủ thời gian",
    "Sao lưu theo quy định",
    "Khôi phục thử từ bản sao lưu",
    "Nâng cao nhận thức hằng năm",
    "Xóa sạch dữ liệu khi chuyển giao",
)
_ASKED = tuple(
    AskedRow(
        f"r{number:02}",
        number,
        Texts(vi=title, en=f"Requirement {number}"),
        (f"tcvn-14423:x.{number}",),
        suggested=number == 3,
        confirmed=number != 8,
        paper=Texts(vi="Biên bản lần gần nhất", en="The last record") if number > 8 else None,
    )
    for number, title in enumerate(_TITLES, start=1)
)


def standard_part(systems: list[str]) -> StandardPart:
    """Every fifth system is not assessed, every seventh has an exception."""
    return StandardPart(
        title=Texts(vi="Yêu cầu cơ bản về an ninh mạng", en="Basic cybersecurity requirements"),
        act="TCVN 14423:2026",
        source="Bản diễn giải, chưa đối chiếu với bản chính thức",
        asked=_ASKED,
        standings=tuple(_standing(number, name) for number, name in enumerate(systems)),
        contradictions=tuple(
            ContradictionRow(
                "plan_full", name, msg("the security plan is declared fully deployed"), msg("{count} machines fail", count=number)
            )
            for number, name in enumerate(systems[:4], start=1)
        )
        + tuple(
            ContradictionRow("statements", name, msg("the deputy says it is met"), msg("the inspection says it is not"))
            for name in systems[4:5]
        ),
        waivers=(msg("{id}: waits for new machines, until {day}", id="cho-thay-may", day="31/03/2027"),),
    )


def _standing(number: int, name: str) -> StandingRow:
    if number % 5 == 4:
        return StandingRow(name, None, unassessed=msg("its level is not determined: no list of requirements applies"))
    bare = AnswerGroup(
        Fulfilment.NOT_MET, ("r05",), (msg("{count} of {total} machines fail", count=1, total=3),), number % 7 == 0
    )
    groups = (
        bare,
        AnswerGroup(Fulfilment.PARTLY, ("r06", "r07"), (msg("{count} of {total} machines fail", count=1, total=3),)),
        AnswerGroup(Fulfilment.UNKNOWN, ("r01", "r02", "r03", "r09", "r10"), (msg("nobody has stated it with a document"),)),
        AnswerGroup(Fulfilment.NOT_APPLICABLE, ("r12",), (msg("stated with a reason: {reason}", reason="thuê dịch vụ"),)),
        AnswerGroup(Fulfilment.MET, ("r04", "r08", "r11"), (msg("all {count} machines are in order", count=3),)),
    )
    return StandingRow(
        system=name,
        level=3,
        level_from=LEVEL_FROM["approved"],
        up_to=4 if number % 3 == 0 else None,
        counts=tuple((one, sum(len(group.requirements) for group in groups if group.answer is one)) for one in Fulfilment),
        rows=None if number % 6 == 5 else 195,
        open=None if number % 6 == 5 else 183,
        excused=1 if number % 7 == 0 else 0,
        machines=3,
        notes=(msg("the rules leave level {lowest} to {highest} open", lowest=3, highest=4),) if number % 3 == 0 else (),
        groups=groups,
    )

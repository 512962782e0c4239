"""Five slides for the monthly meeting: where it stands, what moved, who weighs most, what to order, what comes next."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from secaudit.model.base import day_in_vietnam
from secaudit.model.measurement import Tally
from secaudit.model.past import PastState
from secaudit.pipeline.letters.notice import order_value, target_value
from secaudit.pipeline.letters.round import Round, basis_of
from secaudit.pipeline.letters.wording import number_words, shortened
from secaudit.pipeline.plan_report import conclusion_words
from secaudit.pipeline.publish.agencies import heaviest_rows, names_of
from secaudit.pipeline.publish.course import deadlines, improved_rows
from secaudit.pipeline.publish.orders import orders
from secaudit.pipeline.publish.targets import figure_of, target_rows
from secaudit.report.document import TargetRow
from secaudit.report.slides import Bars, Deck, Slide, Table, fitted
from secaudit.report.words import decision_word

_TARGETS, _AGENCIES, _DATES, _OPEN = 9, 8, 8, 5
_NOTHING_EARLIER = "Chưa có số liệu của kỳ trước để so sánh: đây là lần đầu số liệu được ghi lại."


def deck_of(made: Round) -> Deck:
    """The slides, every figure of them from the measurement or an earlier state."""
    rows = target_rows(made.measured)
    basis = basis_of(made)
    slides = (_standing(made, rows), _moved(made, rows), _agencies(made), _orders(made), _ahead(made, rows))
    foot = f"Mỗi tỷ lệ: từ mức đã có bằng chứng đến mức tối đa có thể. {' '.join(basis)} Dự thảo – LƯU HÀNH NỘI BỘ."
    return Deck(title=f"Họp tháng: {made.plan}", slides=slides, foot=foot)


def _standing(made: Round, rows: Sequence[TargetRow]) -> Slide:
    silent = sum(1 for agency in made.agencies if not made.has_sent(agency))
    values = [target_value(row, made) for row in rows]
    table = Table(
        ("TT", "Chỉ tiêu", "Yêu cầu", "Kết quả", "Số lượng", "Kết luận"),
        (0.5, 2.6, 1.2, 1.8, 2.2, 2.1),
        fitted(
            [
                tuple(str(one[name]) for name in ("number", "title", "asked", "interval", "counts", "decision"))
                for one in values
            ],
            _TARGETS, 6, "chỉ tiêu khác",
        ),
        "Bảng kết quả từng chỉ tiêu: " + "; ".join(f"{one['number']}. {one['interval']}, {one['decision']}" for one in values),
    )  # fmt: skip
    sent = f"{number_words(silent)}/{number_words(len(made.agencies))} đơn vị chưa gửi số liệu"
    closed = f"Số liệu chốt lúc {made.voice.format.moment(made.measured.as_of)}; {sent}."
    lines = (f"Kết luận: {conclusion_words(rows, made.voice)}.", closed)
    notes = tuple(f"Chỉ tiêu {row.number}: {_line(made.voice.say(row.formula))}" for row in rows)
    return Slide(made.marked(f"1. Tình hình thực hiện {shortened(made.plan, 60)}"), lines, (table,), _bars(rows), notes=notes)


def _bars(rows: Sequence[TargetRow]) -> Bars | None:
    shown = [row for row in rows if row.figure.lower is not None and row.figure.upper is not None][:_TARGETS]
    if not shown:
        return None
    lower = [row.figure.lower or Fraction(0) for row in shown]
    upper = [row.figure.upper or Fraction(0) for row in shown]
    return Bars(
        names=tuple(f"Chỉ tiêu {row.number}" for row in shown),
        proven=tuple(lower),
        possible=tuple(most - least for least, most in zip(lower, upper, strict=True)),
        labels=("Đã có bằng chứng", "Còn có thể"),
        description="Thanh ngang của từng chỉ tiêu: phần đậm đã có bằng chứng, phần nhạt còn có thể; số ghi trong bảng bên trái.",
    )


def _moved(made: Round, rows: Sequence[TargetRow]) -> Slide:
    earlier = made.past.before(made.day)
    title = "2. Thay đổi so với kỳ trước"
    if earlier is None:
        return Slide(title, (_NOTHING_EARLIER,), notes=("Nguồn: không có trạng thái nào trước ngày của số liệu này.",))
    table = Table(
        ("TT", "Chỉ tiêu", "Kỳ trước", "Hiện nay", "Có bằng chứng", "Kết luận"),
        (0.5, 2.6, 3.0, 3.0, 1.4, 2.2),
        fitted(list(_turns(made, rows, earlier)), _TARGETS, 6, "chỉ tiêu khác"),
        "Bảng so sánh từng chỉ tiêu giữa kỳ trước và hiện nay",
    )
    day = made.voice.format.day(day_in_vietnam(earlier.moment))
    period = f" (kỳ {earlier.period} đã chốt)" if earlier.period else ""
    return Slide(title, (f"So với số liệu ngày {day}{period}.",), (table,), notes=(f"Nguồn: số liệu đã ghi lại ngày {day}.",))


def _turns(made: Round, rows: Sequence[TargetRow], earlier: PastState) -> Iterator[tuple[str, ...]]:
    before = {target.target: target for target in earlier.targets}
    for row in rows:
        then = before.get(row.id)
        now = _range(made, Tally(row.figure.proven, row.figure.disproven, row.figure.unknown), row.share)
        decision = made.voice.say(decision_word(row.decision, overdue=row.overdue))
        name = shortened(made.voice.say(row.short), 60)
        if then is None:
            yield str(row.number), name, "chưa tính", now, "–", decision
            continue
        change = row.figure.proven - then.tally.proven
        sign = "+" if change > 0 else "−" if change < 0 else "±"
        was = made.voice.say(decision_word(then.decision, overdue=row.overdue))
        words = decision if was == decision else f"{was} → {decision}"
        yield str(row.number), name, _range(made, then.tally, row.share), now, f"{sign}{number_words(abs(change))}", words


def _range(made: Round, part: Tally, share: Fraction) -> str:
    figure = figure_of(part)
    return f"{made.voice.format.interval(figure, share)} ({made.voice.format.counts(figure)})"


def _agencies(made: Round) -> Slide:
    names = names_of(made.measured)
    heavy, better = (
        tuple((shortened(names[row.agency], 60), shortened(made.voice.say(row.effect), 90)) for row in rows[:_AGENCIES])
        for rows in (heaviest_rows(made.measured), improved_rows(made.measured, made.past))
    )
    left = Table(
        ("Ảnh hưởng nhiều nhất", "Còn vướng"),
        (3.0, 3.2),
        heavy or (("–", ""),),
        "Bảng các đơn vị ảnh hưởng nhiều nhất đến kết quả",
    )
    right = Table(
        ("Tiến bộ nhiều nhất", "Thêm có bằng chứng"),
        (3.0, 3.2),
        better or (("Chưa có đơn vị nào" if made.past.states else "Chưa có số liệu kỳ trước", ""),),
        "Bảng các đơn vị tiến bộ nhiều nhất so với kỳ trước",
    )
    notes = ("Nguồn: phần của từng đơn vị trong các chỉ tiêu; đơn vị chưa gửi số liệu đứng trước.",)
    return Slide("3. Đơn vị cần quan tâm, đơn vị tiến bộ", (), (left, right), notes=notes)


def _orders(made: Round) -> Slide:
    found = [order_value(order, made) for order in orders(made.measured)]
    table = Table(
        ("Ai", "Việc", "Hạn", "Tác dụng"),
        (3.6, 4.6, 1.3, 3.0),
        tuple(
            (shortened(str(one["who"]), 160), shortened(str(one["action"]), 200), str(one["due"]), str(one["effect"]))
            for one in found
        )
        or (("–", "Không có việc cần chỉ đạo thêm", "", ""),),
        "Bảng các việc đề nghị chỉ đạo: ai làm, việc gì, hạn, tác dụng",
    )
    notes = ("Nguồn: các việc làm thay đổi kết luận nhiều nhất theo số liệu đã chốt; dự thảo thông báo kết luận kèm theo.",)
    return Slide(f"4. Đề nghị chỉ đạo {len(found)} việc", (), (table,), notes=notes)


def _ahead(made: Round, rows: Sequence[TargetRow]) -> Slide:
    dates = Table(
        ("Ngày", "Mốc theo quy định"),
        (1.2, 4.6),
        tuple(_dates(made)) or (("–", "Danh mục kiểm tra này không có mốc theo luật"),),
        "Bảng các mốc theo luật sắp tới",
    )
    unknown = [(f"Chỉ tiêu {row.number}", shortened(made.voice.say(one.words), 120)) for row in rows for one in row.obstacles]
    right = Table(
        ("Chỉ tiêu", "Chưa xác định"),
        (1.2, 4.6),
        fitted(unknown, 2 * _OPEN, 2, "nội dung khác") or (("–", "Không còn nội dung chưa xác định"),),
        "Bảng những gì chưa xác định được, theo chỉ tiêu",
    )
    notes = ("Nguồn: bảng mốc thời gian theo luật của bộ kiểm tra; nguyên nhân chưa kết luận được của từng chỉ tiêu.",)
    return Slide("5. Mốc sắp tới và điều chưa xác định", (), (dates, right), notes=notes)


def _dates(made: Round) -> Iterator[tuple[str, str]]:
    """The next statutory dates, half of them of the province as a whole."""
    found = deadlines(made.measured)
    of_all = [one for one in found if not one.systems][: _DATES // 2]
    of_systems = [one for one in found if one.systems][: _DATES - len(of_all)]
    for one in sorted([*of_all, *of_systems], key=lambda row: row.day):
        about = f" ({number_words(one.systems)} hệ thống)" if one.systems else ""
        unsure = " (chưa xác nhận nguyên văn)" if not one.confirmed else ""
        yield made.voice.format.day(one.day), f"{shortened(made.voice.say(one.what), 160)}{about}{unsure}"


def _line(text: str) -> str:
    return " ".join(text.split())

"""The page about the workbook and the questions cannot drift apart. Run as a program it writes the page's table anew."""

from pathlib import Path

from secaudit.inventory.questions import Asked, Form, Question
from secaudit.inventory.sheets import SHEETS, choices_of
from secaudit.resources import translator

PAGE = Path(__file__).parents[2] / "docs" / "inventory-workbook.md"
BEGIN, END = "<!-- questions -->\n", "<!-- end of questions -->\n"
WHO = {Asked.AGENCY: "Đ", Asked.PROVINCE: "T", Asked.MACHINE: "M"}
FORMS = {
    Form.LINE: "một dòng", Form.WHOLE: "số nguyên", Form.DAY: "ngày", Form.LINES: "mỗi dòng một mục", Form.IDS: "các mã",
}  # fmt: skip
SAY = translator("vi").text


def _row(question: Question) -> str:
    answers = " · ".join(SAY(label) for _, label in choices_of(question)) or FORMS[question.form]
    if question.form is Form.BAND:
        answers += " · hoặc số"
    kinds = ", ".join(f"`{kind}`" for kind in question.kinds)
    asked = WHO[question.asked] + ("*" if question.required else "") + (" C" if question.commune else "")
    return f"| {SAY(question.heading)} | `{question.key}` | {asked} | {answers} | {kinds} |"


def question_tables() -> str:
    """A table for each sheet."""
    parts = []
    for sheet in SHEETS:
        head = f"### {SAY(sheet.title)} (`{sheet.part}`)\n\n| Câu hỏi | Key | | Trả lời | Chỉ hỏi loại |\n|---|---|---|---|---|\n"
        parts.append(head + "\n".join(_row(question) for question in sheet.questions) + "\n")
    return "\n".join(parts)


def _between(text: str) -> tuple[str, str, str]:
    before, _, rest = text.partition(BEGIN)
    inside, _, after = rest.partition(END)
    return before, inside, after


def test_the_page_shows_the_questions_that_are_asked():
    _, inside, _ = _between(PAGE.read_text(encoding="utf-8"))
    assert inside == question_tables(), "run `python tests/inventory/test_workbook_docs.py`"


def test_the_pictures_of_the_page_are_there_and_small():
    for name in ("workbook-commune.png", "workbook-full.png"):
        assert f"images/{name}" in PAGE.read_text(encoding="utf-8")
        assert 5_000 < (PAGE.parent / "images" / name).stat().st_size < 300_000


if __name__ == "__main__":
    before, _, after = _between(PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(before + BEGIN + question_tables() + END + after, encoding="utf-8")

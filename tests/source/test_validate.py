"""Problems of values: our words, with line, column, field, what was found and what is expected."""

import enum
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field

from secaudit.errors import Problem
from secaudit.model.base import Day, Flag, Identifier, Line, Whole, Written
from secaudit.source import (
    Limits,
    YamlFile,
    did_you_mean,
    field_text,
    holds_secret,
    looks_secret,
    scan_yaml,
    validate,
    validate_partly,
)


class Colour(enum.StrEnum):
    RED = "red"
    GREEN = "green"


class Item(Written):
    id: Identifier
    size: Literal["small", "large"] | None = None
    number: Annotated[Whole, Field(ge=0, le=9)] | None = None


class Record(Written):
    name: Line
    day: Day | None = None
    flag: Flag = False
    count: Annotated[Annotated[Whole, Field(ge=0)] | Colour | None, Field(union_mode="left_to_right")] = None
    items: tuple[Item, ...] = ()
    inner: Item | None = None
    table: dict[Identifier, Item] = Field(default_factory=dict)
    alias: Line | None = Field(default=None, alias="pass")


def file_of(folder: Path, text: str, limits: Limits | None = None) -> YamlFile:
    path = folder / "file.yaml"
    path.write_text(text, encoding="utf-8")
    file, problems = scan_yaml(path, limits or Limits())
    assert file is not None, problems
    return file


def problems_of(folder: Path, text: str) -> list[Problem]:
    model, problems = validate(file_of(folder, text), Record)
    assert (model is None) == bool(problems)
    return problems


def one(folder: Path, text: str) -> Problem:
    problems = problems_of(folder, text)
    assert len(problems) == 1, problems
    return problems[0]


def test_good_data_becomes_the_model(tmp_path):
    model, problems = validate(
        file_of(tmp_path, "name: ' x '\nday: 2026-10-31\nflag: TRUE\ncount: 12\nitems: [{id: a}]\n"), Record
    )
    assert not problems
    assert model == Record(name="x", day="2026-10-31", flag=True, count=12, items=(Item(id="a"),))


NUMBERS = ["1_000", "1e3", "1.234", "1,234", "+7", "007", "0x1F", "7 ", " 7", "٣", "1.0", "no", "9" * 40]


@pytest.mark.parametrize("value", NUMBERS)
def test_numbers_are_read_one_way_only(tmp_path, value):
    problem = one(tmp_path, f"name: x\nitems: [{{id: a, number: '{value}'}}]\n")
    assert problem.field == "items[0].number"
    assert "whole number" in str(problem.message)
    assert "digits only" in str(problem.expected)


@pytest.mark.parametrize(
    ("value", "hint"), [("1_000", "write 1000"), ("12.345.678", "write 12345678"), ("007", "write 7"), ("+7", "write 7")]
)
def test_numbers_that_were_surely_meant_are_suggested(tmp_path, value, hint):
    assert str(one(tmp_path, f"name: x\ninner: {{id: a, number: {value}}}\n").hint) == hint


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        ("31/10/2026", "write 2026-10-31"),
        ("1.2.2026", "write 2026-02-01"),
        ("10/31/2026", "year-month-day"),
        ("20261031", "year-month-day"),
        ("1700000000", "year"),
    ],
)
def test_days_are_read_one_way_only(tmp_path, value, hint):
    problem = one(tmp_path, f"name: x\nday: {value}\n")
    assert (problem.line, problem.column, problem.field, problem.found) == (2, 6, "day", value)
    assert hint in str(problem.hint)


def test_a_day_that_does_not_exist(tmp_path):
    assert "no such day" in str(one(tmp_path, "name: x\nday: 2026-02-30\n").message)


@pytest.mark.parametrize(
    ("value", "hint"), [("yes", "true"), ("1", "true"), ("có", "true"), ("no", "false"), ("Không", "false"), ("t", "true")]
)
def test_flags_are_true_or_false(tmp_path, value, hint):
    problem = one(tmp_path, f"name: x\nflag: {value}\n")
    assert str(problem.expected) == "true or false"
    assert str(problem.hint) == f"write {hint}"


def test_unknown_fields_are_answered_with_the_nearest(tmp_path):
    problems = problems_of(
        tmp_path,
        "nmae: x\nname: y\ninner: {id: a, sise: small}\ntable: {k: {id: a, nubmer: 1}}\nitems: [{id: a, zzz: 1}]\npas: x\n",
    )
    hints = {problem.field: str(problem.hint) for problem in problems}
    assert hints == {
        "nmae": "did you mean name?",
        "inner.sise": "did you mean size?",
        "table.k.nubmer": "did you mean number?",
        "items[0].zzz": "fields known here: id, size, number",
        "pas": "did you mean pass?",
    }
    assert all(problem.found is None for problem in problems), "a misspelt password field would show its value"


def test_missing_fields_stand_at_the_nearest_parent(tmp_path):
    problem = one(tmp_path, "name: x\nitems:\n  - {size: small}\n")
    assert (problem.line, problem.column, problem.field) == (3, 5, "items[0].id")
    assert "'id' is missing" in str(problem.message)


def test_an_empty_field_counts_as_not_written(tmp_path):
    model, problems = validate(file_of(tmp_path, "name: x\nitems:\nflag:\ntable: ~\ninner: {id: a, size: }\n"), Record)
    assert not problems
    assert model == Record(name="x", inner=Item(id="a"))
    assert "'name' is missing" in str(one(tmp_path, "name:\n").message)


def test_letters_in_another_order_are_meant_before_a_shorter_word():
    assert str(did_you_mean("=>", [">=", ">"])) == "did you mean >=?"


def test_words_outside_a_list_are_answered_with_the_nearest(tmp_path):
    problem = one(tmp_path, "name: x\ninner: {id: a, size: smal}\n")
    assert str(problem.expected) == "one of: small, large"
    assert str(problem.hint) == "did you mean small?"


def test_members_of_a_union_give_one_problem(tmp_path):
    problem = one(tmp_path, "name: x\ncount: gren\n")
    assert "none of the forms" in str(problem.message)
    assert str(problem.expected) == "digits only, for example 1234; or one of: red, green"
    assert str(problem.hint) == "did you mean green?"
    assert problem.field == "count"


def test_a_number_out_of_bounds_says_only_that(tmp_path):
    problem = one(tmp_path, "name: x\ncount: -4\n")
    assert "too small" in str(problem.message)
    assert str(problem.expected) == "at least 0"


@pytest.mark.parametrize(
    ("text", "field", "words"),
    [
        ("name: x\nitems: {id: a}\n", "items", "a list is needed here, not fields"),
        ("name: x\nitems: [a]\n", "items[0]", "fields are needed"),
        ("name: x\ninner: [a]\n", "inner", "fields are needed here, not a list"),
        ("name: [x]\n", "name", "text is needed here, not a list"),
        ("name: x\nday: {}\n", "day", "a day is needed here, not fields"),
        ("name: x\nflag: []\n", "flag", "yes or no"),
        ("name: x\ninner: {id: a, number: [1]}\n", "inner.number", "whole number"),
        ("name: ''\n", "name", "empty"),
        ("name: " + "x" * 301 + "\n", "name", "too long"),
        ("- a\n", None, "fields are needed here, not a list"),
        ("just text\n", None, "fields are needed"),
    ],
)
def test_wrong_structures_and_texts(tmp_path, text, field, words):
    problem = one(tmp_path, text)
    assert problem.field == field
    assert words in str(problem.message).lower()


def test_an_id_is_suggested_without_accents(tmp_path):
    problem = one(tmp_path, "name: x\ninner: {id: Sở Y tế}\n")
    assert str(problem.hint) == "for an id, for example so-y-te"


def test_an_empty_file_says_so(tmp_path):
    assert "empty" in str(one(tmp_path, "# nothing\n").message)


def test_values_of_secret_fields_and_secret_values_are_never_shown(tmp_path):
    text = (
        "name: x\nday: 'mật khẩu: hunter2'\nflag: https://u:hunter2@host/\n"
        "table: {token: {id: HUNTER2}}\ninner: {id: a, password: hunter2}\n'password: hunter2': 1\n"
    )
    problems = problems_of(tmp_path, text)
    assert len(problems) == 5
    assert "hunter2" not in repr(problems).lower()
    assert "hunter2" not in "".join(str(p.message) + str(p.hint) + str(p.expected) for p in problems).lower()


def test_values_are_shown_cut_and_harmless(tmp_path):
    problem = one(tmp_path, 'name: x\nday: "\\e[31mred\\u202e ' + "y" * 100 + '"\n')
    assert problem.found is not None
    assert len(problem.found) <= 60
    assert "\x1b" not in problem.found
    assert "\u202e" not in problem.found


def test_many_problems_are_counted_not_listed(tmp_path):
    file = file_of(tmp_path, "name: x\nitems:\n" + "- {id: A B}\n" * 30, Limits(max_problems=10))
    _, problems = validate(file, Record)
    assert len(problems) == 11
    assert "20 more" in str(problems[-1].message)


def test_a_part_of_a_file_is_validated_with_its_place(tmp_path):
    file = file_of(tmp_path, "list:\n- name: x\n- name: y\n  day: zzz\n")
    model, problems = validate(file, Record, data=file.data["list"][1], loc=("list", 1))
    assert model is None
    assert [(p.line, p.field) for p in problems] == [(4, "list[1].day")]


def test_what_is_sound_of_a_broken_file_is_kept(tmp_path):
    file = file_of(tmp_path, "name: x\nday: zzz\nitems: [{id: a}, {id: B}, {id: c}]\ninner: {id: a, number: x}\n")
    partly = validate_partly(file, Record)
    assert [problem.field for problem in partly.problems] == ["day", "items[1].id", "inner.number"]
    assert partly.model == Record(name="x", items=(Item(id="a"), Item(id="c")), inner=Item(id="a"))
    assert partly.kept == {"items": (0, 2)}
    assert validate_partly(file_of(tmp_path, "day: zzz\n"), Record).model is None


@pytest.mark.parametrize(
    "name",
    ["password", "rootPassword", "mật khẩu", "Mat_khau", "api_key", "apiToken", "private-key", "SECRET", "pwd", "x_passphrase"],
)
def test_names_of_secrets(name):
    assert looks_secret(name)


@pytest.mark.parametrize("name", ["state_secret", "host_key_alias", "passport_office", "compass", "secretary", "name", "key", ""])
def test_names_that_only_sound_like_it(name):
    assert not looks_secret(name)


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN OPENSSH PRIVATE KEY-----",
        "postgres://u:p@h/db",
        "Mật khẩu : abc",
        "mk=1",
        "password=x",
        "ghp_" + "a" * 36,
        "AKIA" + "A" * 16,
    ],
)
def test_values_that_hold_secrets(text):
    assert holds_secret(text)
    assert holds_secret(f"trước {text} sau")


@pytest.mark.parametrize(
    "text", ["https://host/path", "Đổi mật khẩu định kỳ", "ssh://audit@host", "-----BEGIN PUBLIC KEY-----", "12/QĐ-UBND", ""]
)
def test_values_that_hold_none(text):
    assert not holds_secret(text)


def test_field_text_is_harmless():
    assert field_text(["a", 3, "b"]) == "a[3].b"
    assert field_text([]) == ""
    assert "\x1b" not in field_text(["a\x1b[2J"])
    assert len(field_text(["x" * 500])) <= 60

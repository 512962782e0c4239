"""Our words for what libyaml finds wrong with a text."""

import yaml

from secaudit.messages import Message, msg

_INDENT = msg("compare the spaces at the start of this line with the lines around it")
_QUOTE = msg("put the text in quotes")
_TEXTS: dict[str, tuple[Message, Message]] = {
    "mapping values are not allowed in this context": (
        msg("A colon stands where no field can begin"),
        msg("put a text that contains ': ' in quotes, or correct the spaces at the start of the line"),
    ),
    "block sequence entries are not allowed in this context": (msg("A list item (-) stands where none can begin"), _INDENT),
    "mapping keys are not allowed in this context": (msg("A field stands where none can begin"), _INDENT),
    "could not find expected ':'": (msg("A colon is missing after the field name"), msg("write name: value")),
    "did not find expected key": (msg("The line does not fit the fields before it"), _INDENT),
    "did not find expected '-' indicator": (msg("The line does not fit the list before it"), _INDENT),
    "did not find expected ',' or ']'": (msg("A list in square brackets is not closed"), msg("add the missing , or ]")),
    "did not find expected ',' or '}'": (msg("Fields in curly brackets are not closed"), msg("add the missing , or }")),
    "did not find expected node content": (msg("A value is missing or a bracket is not closed"), msg("complete the line")),
    "did not find expected <document start>": (msg("Text stands after the end of the data"), _INDENT),
    "found unexpected end of stream": (msg("A quote or bracket is never closed"), msg("close it where the text ends")),
    "found unexpected document indicator": (msg("A quoted text is never closed"), msg("close it where the text ends")),
    "found unknown escape character": (
        msg("A backslash sequence in double quotes is not known"),
        msg("use single quotes, or write the backslash twice"),
    ),
    "found a tab character where an indentation space is expected": (
        msg("A tab stands at the start of the line"),
        msg("use spaces"),
    ),
    "found a tab character that violates indentation": (msg("A tab stands at the start of the line"), msg("use spaces")),
    "found character that cannot start any token": (msg("A value cannot begin with this character"), _QUOTE),
    "found undefined tag handle": (msg("Tags (words that start with !) are not accepted"), msg("remove the tag")),
    "control characters are not allowed": (
        msg("The file contains a control character"),
        msg("delete the invisible character, or type the line again"),
    ),
}
_OTHER = (msg("This is not valid YAML"), msg("compare the line with the sample file"))


def syntax_problem(error: yaml.YAMLError, raw: bytes) -> tuple[Message, int | None, int | None, Message]:
    """Message, 1-based line and column, and hint for what the parser raised on ``raw``."""
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
        message, hint = _TEXTS.get(error.problem or "", _OTHER)
        if error.problem == "found character that cannot start any token" and _is_tab(raw, line, column):
            message, hint = _TEXTS["found a tab character that violates indentation"]
        return message, line, column, hint
    if isinstance(error, yaml.reader.ReaderError):
        message, hint = _TEXTS.get(error.reason, _OTHER)
        line, column = place_of_byte(raw, error.position)
        return message, line, column, hint
    return _OTHER[0], None, None, _OTHER[1]


def place_of_byte(raw: bytes, offset: int) -> tuple[int, int]:
    """1-based line and column (in characters) of a byte."""
    start = raw.rfind(b"\n", 0, offset) + 1
    return raw.count(b"\n", 0, offset) + 1, len(raw[start:offset].decode("utf-8", "replace")) + 1


def _is_tab(raw: bytes, line: int | None, column: int | None) -> bool:
    if line is None or column is None:
        return False
    lines = raw.decode("utf-8", "replace").split("\n", line)
    return len(lines) >= line and lines[line - 1][column - 1 : column] == "\t"

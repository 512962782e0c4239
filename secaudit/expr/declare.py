"""Declared variables as the engine knows them: names, message types for checking, map types for evaluation."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from cel_expr_python import cel
from google.protobuf import descriptor_pb2, descriptor_pool

from secaudit.errors import ExpressionError
from secaudit.messages import msg
from secaudit.model.fact import FactSpec, ValueType

Parameter = bool | int | float | str
"""Value of a ``param.x`` constant."""

RECORD_PACKAGE = "secaudit.record"
PARAM_PREFIX = "param."

_SEGMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
# Words the language keeps for itself; a variable with such a part could be declared but never written.
_RESERVED = frozenset(
    (
        "as",
        "break",
        "const",
        "continue",
        "else",
        "false",
        "for",
        "function",
        "if",
        "import",
        "in",
        "let",
        "loop",
        "namespace",
        "null",
        "package",
        "return",
        "true",
        "var",
        "void",
        "while",
    )
)
_FIELD = descriptor_pb2.FieldDescriptorProto
_PROTO_TYPES = {
    ValueType.BOOL: (_FIELD.TYPE_BOOL, _FIELD.LABEL_OPTIONAL),
    ValueType.INT: (_FIELD.TYPE_INT64, _FIELD.LABEL_OPTIONAL),
    ValueType.DOUBLE: (_FIELD.TYPE_DOUBLE, _FIELD.LABEL_OPTIONAL),
    ValueType.STRING: (_FIELD.TYPE_STRING, _FIELD.LABEL_OPTIONAL),
    ValueType.STRINGS: (_FIELD.TYPE_STRING, _FIELD.LABEL_REPEATED),
}
_CEL_TYPES = {
    ValueType.BOOL: cel.Type.BOOL,
    ValueType.INT: cel.Type.INT,
    ValueType.DOUBLE: cel.Type.DOUBLE,
    ValueType.STRING: cel.Type.STRING,
    ValueType.STRINGS: cel.Type.List(cel.Type.STRING),
}
_MAP_RECORDS = cel.Type.List(cel.Type.Map(cel.Type.STRING, cel.Type.DYN))
_PARAMETER_TYPES = {bool: cel.Type.BOOL, int: cel.Type.INT, float: cel.Type.DOUBLE, str: cel.Type.STRING}


@lru_cache(maxsize=4096)
def variable_name(name: str) -> str:
    """Name by which an expression refers to ``name``: ``verdict.patch.security-pending`` -> ``verdict.patch.security_pending``.

    Identifiers of the language hold no dash and do not begin with a digit: dashes become underscores, a part that begins
    with a digit gets one in front. Names that already fit stay as they are. Two names that become equal are refused when
    they are declared together.
    """
    parts = (part.replace("-", "_") for part in name.split("."))
    return ".".join(f"_{part}" if part[:1].isdigit() else part for part in parts)


@dataclass(frozen=True)
class Declarations:
    """All variables of one compiler."""

    by_variable: Mapping[str, FactSpec]
    """Variable as written in expressions -> its declaration."""
    message_of: Mapping[str, str]
    """Full name of a record's message type -> variable of the list that holds such records."""
    roots: frozenset[str]
    """First parts of all names; no loop variable may be called so."""
    pool: descriptor_pool.DescriptorPool
    """Message types of the records."""

    def checking_types(self) -> dict[str, cel.Type]:
        """Variables typed by messages: names and types inside records are checked."""
        messages = {variable: name for name, variable in self.message_of.items()}
        return {
            variable: cel.Type.List(cel.Type(messages[variable])) if variable in messages else _CEL_TYPES[spec.type]
            for variable, spec in self.by_variable.items()
        }

    def evaluation_types(self) -> dict[str, cel.Type]:
        """Variables typed by maps: an absent field is an error, where a message would read as false or 0."""
        return {
            variable: _MAP_RECORDS if spec.type is ValueType.RECORDS else _CEL_TYPES[spec.type]
            for variable, spec in self.by_variable.items()
        }


def declare(specs: Iterable[FactSpec]) -> Declarations:
    """Check and collect declarations; raises ExpressionError for an impossible name, a collision or a bad record type."""
    by_variable: dict[str, FactSpec] = {}
    for spec in specs:
        variable = variable_name(spec.name)
        _require_name(spec.name, variable)
        other = by_variable.get(variable)
        if other is not None and other != spec:
            raise ExpressionError(
                msg("{first} and {second} would both be named {variable}", first=other.name, second=spec.name, variable=variable),
                hint=msg("rename one of them; dash and underscore count as the same"),
            )
        if variable.startswith(PARAM_PREFIX):
            raise ExpressionError(msg("{name} cannot be declared: param.* belongs to the check", name=spec.name))
        by_variable[variable] = spec
    pool, message_of = _message_types(by_variable)
    return Declarations(by_variable, message_of, frozenset(name.partition(".")[0] for name in by_variable), pool)


def parameter_types(params: Mapping[str, Parameter]) -> dict[str, cel.Type]:
    """Types of ``param.x`` variables, by variable name."""
    types: dict[str, cel.Type] = {}
    for name, value in params.items():
        variable = variable_name(PARAM_PREFIX + name)
        _require_name(name, variable)
        if variable in types:
            raise ExpressionError(msg("two parameters would both be named {variable}", variable=variable))
        types[variable] = _PARAMETER_TYPES[type(value)]
    return types


def _require_name(name: str, variable: str) -> None:
    if not all(_SEGMENT.match(part) and part not in _RESERVED for part in variable.split(".")):
        raise ExpressionError(
            msg("{name} cannot be the name of a variable", name=name),
            hint=msg("use letters, digits, underscores and dots, and no word the language reserves"),
        )


def _message_types(by_variable: Mapping[str, FactSpec]) -> tuple[descriptor_pool.DescriptorPool, dict[str, str]]:
    file = descriptor_pb2.FileDescriptorProto(name="secaudit/record.proto", package=RECORD_PACKAGE, syntax="proto3")
    message_of: dict[str, str] = {}
    for variable, spec in by_variable.items():
        if spec.type is not ValueType.RECORDS:
            continue
        # Numbered, because patch.a_b and patch_a.b would otherwise meet.
        name = f"r{len(message_of)}_{variable.replace('.', '_')}"
        message = file.message_type.add(name=name)
        for number, (field, kind) in enumerate(spec.fields.items(), start=1):
            if kind not in _PROTO_TYPES or not _SEGMENT.match(field) or field in _RESERVED:
                raise ExpressionError(msg("field {field} of {name} cannot be declared", field=field, name=spec.name))
            proto_type, label = _PROTO_TYPES[kind]
            message.field.add(name=field, number=number, type=proto_type, label=label)
        message_of[f"{RECORD_PACKAGE}.{name}"] = variable
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(file.SerializeToString())
    return pool, message_of

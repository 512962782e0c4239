"""JSON Schema of the files, for completion and checks in editors."""

from typing import Any, Literal

from secaudit.model.base import Written
from secaudit.model.inventory import AgencyFile, ProvinceFile
from secaudit.model.paper import AttestationFile, WaiverFile
from secaudit.model.session import SessionFile

Kind = Literal["agency", "province", "session", "attestation", "waiver"]
_MODELS: dict[str, type[Written]] = {
    "agency": AgencyFile,
    "province": ProvinceFile,
    "session": SessionFile,
    "attestation": AttestationFile,
    "waiver": WaiverFile,
}
_TITLES = {
    "agency": "Tệp của một cơ quan, đơn vị",
    "province": "province.yaml",
    "session": "Một buổi tuyên truyền hoặc một lớp đào tạo",
    "attestation": "Các xác nhận bằng văn bản về yêu cầu của tiêu chuẩn",
    "waiver": "Các ngoại lệ được chấp nhận có thời hạn",
}


def json_schema(kind: Kind) -> dict[str, Any]:
    """The schema of one kind of file: the model's own, made quieter for editors.

    Titles that only repeat a field name are left out; an empty value is allowed wherever a field may be left out, because an
    empty field counts as not filled.
    """
    schema = _MODELS[kind].model_json_schema()
    _tidy(schema)
    for definition in schema.get("$defs", {}).values():
        _tidy(definition)
    schema["title"] = _TITLES[kind]
    return schema


def _tidy(schema: dict[str, Any]) -> None:
    """Drop generated titles and let optional fields stand empty."""
    schema.pop("title", None)
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        _clean(field)
        if name not in required and not _takes_null(field):
            default = {"default": field.pop("default")} if "default" in field else {}
            schema["properties"][name] = {"anyOf": [field, {"type": "null"}], **default}


_BOUNDS = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
"""Pydantic leaves the bounds of a value that it reads through a function under its own names."""


def _takes_null(field: dict[str, Any]) -> bool:
    return {"type": "null"} in field.get("anyOf", ())


def _clean(field: Any) -> None:  # noqa: ANN401  # a JSON value
    """Drop generated titles at every depth and give bounds their standard names."""
    if isinstance(field, dict):
        field.pop("title", None)
        for name, standard in _BOUNDS.items():
            if name in field:
                field[standard] = field.pop(name)
        for value in field.values():
            _clean(value)
    elif isinstance(field, list):
        for value in field:
            _clean(value)

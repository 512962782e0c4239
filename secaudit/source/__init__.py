"""The only reader of YAML: size and depth limits, duplicate keys, scalars as written, positions for messages."""

from secaudit.source.limits import DEFAULT_LIMITS, Limits
from secaudit.source.partial import Partly, validate_partly
from secaudit.source.positions import Loc
from secaudit.source.revision import revised, written
from secaudit.source.sensitive import fold, holds_secret, looks_secret, secrets_in
from secaudit.source.validation import did_you_mean, field_text, more_problems, shown, validate
from secaudit.source.writer import leading_comment, record_text, table_text
from secaudit.source.yaml_file import YamlFile, parse_yaml, read_yaml, scan_text, scan_yaml

__all__ = [
    "DEFAULT_LIMITS",
    "Limits",
    "Loc",
    "Partly",
    "YamlFile",
    "did_you_mean",
    "field_text",
    "fold",
    "holds_secret",
    "leading_comment",
    "looks_secret",
    "more_problems",
    "parse_yaml",
    "read_yaml",
    "record_text",
    "revised",
    "scan_text",
    "scan_yaml",
    "secrets_in",
    "shown",
    "table_text",
    "validate",
    "validate_partly",
    "written",
]

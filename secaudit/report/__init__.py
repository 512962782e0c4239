"""A finished ReportDocument -> html, json."""

from secaudit.report.as_json import render_json
from secaudit.report.document import ReportDocument
from secaudit.report.html import render_html

__all__ = ["ReportDocument", "render_html", "render_json"]

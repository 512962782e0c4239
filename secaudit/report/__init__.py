"""A finished ReportDocument -> html, json."""

"""A report as JSON."""

from __future__ import annotations

import json

from stepscope.diagnose import Report
from stepscope.report.plain import plain


def render(report: Report) -> str:
    """The report as an indented JSON text in the form of docs/report.schema.json."""
    return json.dumps(plain(report), indent=2, ensure_ascii=False) + "\n"

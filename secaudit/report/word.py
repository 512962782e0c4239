"""An official paper as a Word document, from a template that an officer can edit in Word."""

import io
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

from secaudit.report.official import Paper
from secaudit.report.sanitise import sanitised_paper
from secaudit.report.word_engine import Template
from secaudit.report.word_package import packed, read_template

ENDING = ".docx"
_FRAME = tuple(item.name for item in fields(Paper) if item.name not in ("template", "body"))


def render_word(paper: Paper, templates: Path) -> bytes:
    """``paper`` in its template of the folder ``templates``; equal papers and templates give equal bytes.

    Every text passes the house's sanitiser first and is escaped where it stands. Raises ReportError: the template is missing,
    refused (macros, links, damage) or broken (named with its paragraph).
    """
    path = templates / f"{paper.template}{ENDING}"
    body = read_template(path)
    paper = sanitised_paper(paper)
    template = Template(path, io.BytesIO(body))
    template.rendered(template.with_pictures(context_of(paper)))
    out = io.BytesIO()
    template.save(out)
    return packed(out.getvalue(), title=" ".join(part for part in (paper.kind, paper.subject) if part))


def context_of(paper: Paper) -> Mapping[str, object]:
    """What a template may name: the frame's fields and the body's, side by side."""
    frame = {name: getattr(paper, name) for name in _FRAME}
    if paper.signature is not None:
        frame["signature"] = {item.name: getattr(paper.signature, item.name) for item in fields(paper.signature)}
    twice = set(frame) & set(paper.body)
    if twice:
        raise ValueError(f"the body of {paper.template} takes names of the frame: {', '.join(sorted(twice))}")
    return {**frame, **paper.body}

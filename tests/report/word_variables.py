"""Which variables a template names, and which ones a paper gives, as ``targets[].title``."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from docxtpl.template import DocxTemplate
from jinja2 import Environment, nodes

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "word-templates.md"
_ROW = re.compile(r"^\| `([a-z_.\[\]]+)` \|", re.MULTILINE)


def named_in(path: Path) -> set[str]:
    """Everything that the template in ``path`` names: body, heads and feet."""
    template = DocxTemplate(path)
    template.init_docx()
    texts = [template.get_xml()]
    for uri in (template.HEADER_URI, template.FOOTER_URI):
        texts += [template.get_part_xml(part) for _, part in template.get_headers_footers(uri)]
    found: set[str] = set()
    for text in texts:
        _walk(Environment().parse(template.patch_xml(text)), {}, found)
    return found


def _walk(node: nodes.Node, scope: Mapping[str, str], found: set[str]) -> None:
    if isinstance(node, nodes.For):
        path = _path(node.iter, scope)
        found.add(path)
        inner = {**scope, node.target.name: f"{path}[]", "loop": ""}
        for child in node.body:
            _walk(child, inner, found)
        return
    if isinstance(node, nodes.Name | nodes.Getattr):
        path = _path(node, scope)
        if path:
            found.add(path.removesuffix("[]"))
        return
    for child in node.iter_child_nodes():
        _walk(child, scope, found)


def _path(node: nodes.Node, scope: Mapping[str, str]) -> str:
    if isinstance(node, nodes.Getattr):
        above = _path(node.node, scope)
        return f"{above}.{node.attr}" if above else ""
    return scope.get(node.name, node.name)


def given_by(value: object, path: str = "") -> Iterator[str]:
    """Paths of everything that a body holds."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from given_by(item, f"{path}.{name}" if path else name)
    elif isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value):
        for item in value:
            yield from given_by(item, f"{path}[]")
    else:
        yield path


def documented(section: str) -> list[str]:
    """Variables of a section of the page, ``Every template`` or a template's name."""
    parts = re.split(r"^## (.+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return _ROW.findall(dict(zip(parts[1::2], parts[2::2], strict=True)).get(section, ""))

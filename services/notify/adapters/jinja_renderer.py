"""Renders notices from the templates of the release, sandboxed and strict: user text is only ever a value."""

import dataclasses
from pathlib import Path
from typing import get_type_hints

from jinja2 import FileSystemLoader, StrictUndefined, Template, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.notify.domain.documents import TEXTS, NoticeText
from services.notify.ports import Rendered
from shared.contracts.codes import NoticeKind

TEMPLATES = Path(__file__).parent.parent / "templates"
_PARTS = ("title", "body")


class TemplateFaulty(RuntimeError):
    """A template asks for a field that its document does not have, or leaves out one that it must say."""


class JinjaRenderer:
    """Compiles every template when made; raises TemplateFaulty then, not when a notice is due."""

    def __init__(self, folder: Path = TEMPLATES) -> None:
        # Plain text: nothing to escape, and nothing in a value is ever evaluated.
        self._environment = ImmutableSandboxedEnvironment(
            loader=FileSystemLoader(folder),
            undefined=StrictUndefined,
            autoescape=False,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=False,
        )
        self._environment.globals.clear()
        self._templates = {kind: self._load(kind) for kind in NoticeKind}

    def render(self, text: NoticeText) -> Rendered:
        title, body = (template.render(_values(text)) for template in self._templates[text.kind])
        return Rendered(title.strip(), body.strip("\n"))

    def _load(self, kind: NoticeKind) -> tuple[Template, Template]:
        fields = set(get_type_hints(TEXTS[kind])) - {"kind"}
        used: set[str] = set()
        for part in _PARTS:
            source = (self._folder_of(kind) / f"{part}.txt.j2").read_text(encoding="utf-8")
            used |= meta.find_undeclared_variables(self._environment.parse(source))
        if used != fields:
            raise TemplateFaulty(f"{kind}: unknown {sorted(used - fields)}, unused {sorted(fields - used)}")
        title, body = (self._environment.get_template(f"{kind}/{part}.txt.j2") for part in _PARTS)
        return title, body

    def _folder_of(self, kind: NoticeKind) -> Path:
        loader = self._environment.loader
        assert isinstance(loader, FileSystemLoader)
        return Path(loader.searchpath[0]) / kind.value


def _values(text: NoticeText) -> dict[str, object]:
    return {field.name: getattr(text, field.name) for field in dataclasses.fields(text)}

"""What notify needs from outside its rules."""

from dataclasses import dataclass
from typing import Protocol

from services.notify.domain.documents import NoticeText


@dataclass(frozen=True)
class Rendered:
    title: str
    body: str


class Renderer(Protocol):
    def render(self, text: NoticeText) -> Rendered:
        """Title and body of the notice as they are numbered, digested and kept."""
        ...

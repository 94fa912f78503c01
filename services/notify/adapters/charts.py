"""Charts of a document: SVG drawn by pygal for the PDF, and the same picture as PNG for the DOCX, which takes no SVG.

The same bytes for the same chart: what pygal writes of itself (day, version) is left out, and typst, which sets the
documents, turns the SVG into the PNG with the same fonts.
"""

import re
import sys
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

import pygal
import typst
from pygal.style import Style

from services.notify.adapters.fonts import FontSet
from services.notify.domain import layout
from services.notify.domain.blocks import Chart, Face

# pygal puts a finder of its maps into the import system, by an interface that Python has given up. No maps are drawn.
sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, pygal.PluginImportFixer)]

TEMPLATE = Path(__file__).parent / "picture.typ"
# Pixels of the drawing; 5 of them are a millimetre of the type area.
_WIDTH = round(layout.AREA_WIDTH_MM * 5)
_BAR, _GAP, _FRAME, _CHARACTER = 16, 14, 110, 16
# So many labels stand above each other on a page.
MOST_LABELS = 13
# Light enough for black figures on them, and of different greys where they are printed without colours.
_COLOURS = ("#5b9bd5", "#d9d9d9", "#f4b183", "#7f9f5f", "#ffe699")
_COMMENTS = re.compile(r"<!--.*?-->", re.DOTALL)
_PPI = 200


class Charts:
    """Keeps its compiler. One thread at a time."""

    def __init__(self, fonts: FontSet) -> None:
        self._family = ",".join(fonts.families[Face.HEI])
        self._compiler = typst.Compiler(
            str(TEMPLATE), root=str(TEMPLATE.parent), font_paths=fonts.fonts, ignore_system_fonts=True
        )

    def svgs(self, chart: Chart) -> list[str]:
        """In pieces of as many labels as a page holds."""
        firsts = range(0, len(chart.labels), MOST_LABELS)
        return [self._draw(chart, slice(first, first + MOST_LABELS)) for first in firsts]

    def pngs(self, chart: Chart) -> list[bytes]:
        return [self._png(svg) for svg in self.svgs(chart)]

    def _draw(self, chart: Chart, piece: slice) -> str:
        labels = chart.labels[piece]
        # pygal stands its first label at the foot.
        drawn = pygal.HorizontalBar(
            style=self._style(len(chart.series)),
            width=_WIDTH,
            height=len(labels) * (len(chart.series) * _BAR + _GAP) + _FRAME,
            explicit_size=True,
            disable_xml_declaration=True,
            no_prefix=True,
            js=(),
            legend_at_bottom=True,
            legend_at_bottom_columns=len(chart.series),
            print_values=True,
            print_zeroes=False,
            show_x_guides=False,
            show_y_guides=True,
            margin=10,
            margin_left=round(_CHARACTER * max((layout.width(label) for label in labels), default=0) * 0.4) + 10,
            include_x_axis=True,
            range=(0, _top(one.values for one in chart.series)),
            value_formatter=_said,
        )
        drawn.x_labels = list(reversed(labels))
        for one in chart.series:
            drawn.add(one.title, list(reversed(one.values[piece])))
        return _COMMENTS.sub("", str(drawn.render(is_unicode=True)))

    def _style(self, series: int) -> Style:
        return Style(
            font_family=self._family,
            background="#ffffff",
            plot_background="#ffffff",
            foreground="#000000",
            foreground_strong="#000000",
            foreground_subtle="#8c8c8c",
            opacity="1",
            transition="0s",
            colors=tuple(islice(_COLOURS, series)),
            value_colors=("#000000",) * series,
            label_font_size=_CHARACTER,
            major_label_font_size=_CHARACTER,
            legend_font_size=_CHARACTER,
            value_font_size=_CHARACTER - 3,
        )

    def _png(self, svg: str) -> bytes:
        made = self._compiler.compile(format="png", ppi=_PPI, sys_inputs={"svg": svg})
        if not isinstance(made, bytes):
            raise TypeError("typst gave no single picture")
        return made


def _said(value: float) -> str:
    return f"{value:g}"


def _top(series: Iterable[Sequence[float]]) -> float:
    """Of the axis: the same for every piece of a chart, and never 0."""
    return max((value for values in series for value in values), default=0) or 1

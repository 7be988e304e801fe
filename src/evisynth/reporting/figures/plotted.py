"""What one call for a figure gives: the data it shows, the picture to restyle, and the figure in words."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar

from evisynth.errors import DataError
from evisynth.reporting.document import Drawing
from evisynth.reporting.figures.drawing import draw, draw_pdf, draw_png, draw_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Shown = TypeVar("Shown")
DATA = "data"  # label of the axes that hold the data


@dataclass(frozen=True, slots=True, eq=False)
class Plotted(Generic[Shown]):
    """A figure: `data` is what it shows as plain values, `figure` the picture, `alt` the figure in words."""

    data: Shown
    figure: "Figure"
    alt: str

    @property
    def axes(self) -> "Axes":
        """Where the data are drawn, to be restyled before the figure is saved; `figure.axes` has what is around."""
        return next((axes for axes in self.figure.axes if axes.get_label() == DATA), self.figure.axes[0])

    @property
    def svg(self) -> bytes:
        """SVG in which text stays text."""
        return draw_svg(self.figure, self.alt)

    @property
    def png(self) -> bytes:
        """PNG at 200 dots per inch."""
        return draw_png(self.figure)

    @property
    def pdf(self) -> bytes:
        return draw_pdf(self.figure)

    def drawing(self) -> Drawing:
        """All three formats, as a document takes them."""
        return draw(self.figure, self.alt)

    def save(self, path: str | Path) -> Path:
        """Write the figure in the format that the file's name ends with: svg, png or pdf."""
        to = Path(path)
        kind = to.suffix.lower().removeprefix(".")
        if kind not in {"svg", "png", "pdf"}:
            raise DataError(f"{to.name}: figures are saved as .svg, .png or .pdf; name the file so.")
        to.write_bytes(getattr(self, kind))
        return to

    def _repr_svg_(self) -> str:
        """How notebooks show it."""
        return self.svg.decode()

    def __str__(self) -> str:
        return self.alt

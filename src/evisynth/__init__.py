"""Evisynth carries a systematic review from its database searches to its published numbers.

The statistics can be used alone: `import evisynth as ev; ev.pool(yi, vi)`. See docs/library.md; the names are those of
`evisynth.synthesis`, loaded when they are first asked for.
"""

from typing import Any

from evisynth.errors import DataError, EvisynthError, Problem

__all__ = ["DataError", "EvisynthError", "Problem"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """A name of the statistics, such as `pool`; submodules are imported in the usual way."""
    if not name.startswith("_"):
        import importlib  # noqa: PLC0415 - only those who use the statistics need it

        statistics = importlib.import_module("evisynth.synthesis")
        if name in statistics.__all__:
            return getattr(statistics, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    import importlib  # noqa: PLC0415

    return [*globals(), *importlib.import_module("evisynth.synthesis").__all__]

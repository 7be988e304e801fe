"""Run in a fresh interpreter: import modules and say what that did. Prints JSON.

python imports.py loaded NAME ...   third-party packages in memory after importing NAME and all its submodules
python imports.py alone NAME        the same, without the submodules
python imports.py effects SRC       per module of SRC/evisynth: what importing it changed outside itself
"""

import ast
import contextlib
import importlib
import json
import logging
import os
import pkgutil
import sys
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path


def third_party(before: set[str]) -> list[str]:
    """Packages of site-packages that were loaded since, by the folder that they live in."""
    files = [getattr(sys.modules[name], "__file__", None) or "" for name in set(sys.modules) - before]
    places = {file.partition("site-packages/")[2].partition("/")[0] for file in files}
    return sorted(places - {""})


def with_submodules(name: str) -> Iterator[str]:
    yield name
    package = importlib.import_module(name)
    for module in pkgutil.walk_packages(getattr(package, "__path__", []), f"{name}."):
        yield module.name


def imported_elsewhere(source: Path) -> Iterable[str]:
    """Every module outside evisynth that the source names in an import, anywhere in a file."""
    names = set()
    for path in source.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module)
    return sorted(name for name in names if name.partition(".")[0] != "evisynth")


def outside() -> dict[str, object]:
    """What a module could change outside itself, as text that can be compared."""
    matplotlib = sys.modules.get("matplotlib")
    return {
        "working directory": str(Path.cwd()),
        "environment": sorted(os.environ.items()),
        "warning filters": [str(entry) for entry in warnings.filters],
        "warning format": str(warnings.formatwarning),
        "root log handlers": [str(handler) for handler in logging.getLogger().handlers],
        "import path": list(sys.path),
        "matplotlib defaults": str(dict(matplotlib.rcParams)) if matplotlib else "not loaded",
    }


def effects(source: Path) -> dict[str, list[str]]:
    """Import each module of evisynth; what changed outside it, for those that changed something.

    What other packages do when they are loaded is theirs: they are loaded first, and Django's settings with them.
    """
    from django.conf import settings

    assert settings.DATABASES
    for name in imported_elsewhere(source):
        with contextlib.suppress(Exception):
            importlib.import_module(name)
    changed = {}

    def note(what: str, before: dict[str, object]) -> None:
        after = outside()
        if differences := [part for part in after if after[part] != before[part]]:
            changed[what] = differences

    importlib.import_module("requests")  # which allauth brings in
    log = importlib.import_module("django.utils.log")
    log.configure_logging(settings.LOGGING_CONFIG, settings.LOGGING)  # what settings ask for is no surprise
    before = outside()
    django = importlib.import_module("django")
    django.setup()  # loads every model
    note("evisynth.store.models", before)
    for name in with_submodules("evisynth"):
        if name == "evisynth.__main__":
            continue
        before = outside()
        importlib.import_module(name)
        note(name, before)
    return changed


def main(task: str, *arguments: str) -> object:
    before = set(sys.modules)
    if task == "effects":
        return effects(Path(arguments[0]))
    for argument in arguments:
        for name in with_submodules(argument) if task == "loaded" else [argument]:
            importlib.import_module(name)
    return third_party(before)


if __name__ == "__main__":
    print(json.dumps(main(*sys.argv[1:])))

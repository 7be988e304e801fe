"""The documentation keeps up: names, commands, settings, sources, links and examples are checked."""

import ast
import importlib
import importlib.util
import inspect
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import evisynth

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
SOURCE = ROOT / "src/evisynth"
METHODS = ["synthesis/pooling", "synthesis/measures"]
ESTIMATES_NOTHING = {  # the only public functions in these folders that need no source, and why
    "checked_effects": "checks its input",
    "critical_value": "is the textbook quantile",
    "estimate_tau2": "looks up a method, which names its own source",
    "measure_named": "looks up a measure, which names its own source",
    "need_two": "checks its input",
}
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ELSEWHERE = {".venv", ".build", ".git", "node_modules"}


def written_as_code() -> str:
    """Everything in docs/ that stands in a code block or between backticks."""
    found = []
    for path in sorted(DOCS.rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        found += [block for _, block in FENCE.findall(text)]
        found += re.findall(r"`([^`\n]+)`", FENCE.sub("", text))
    return "\n".join(found)


def stands_in_docs(name: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", written_as_code()) is not None


@pytest.mark.parametrize("name", evisynth.__all__)
def test_a_public_name_is_explained(name):
    thing = getattr(evisynth, name)
    if callable(thing):
        assert inspect.getdoc(thing), f"evisynth.{name} has no docstring."
    assert stands_in_docs(name), f"evisynth.{name} is named nowhere in docs/ (as code)."


def commands() -> dict[str, object]:
    """Every command of the command line by its full name, once there is a command line."""
    if not (SOURCE / "cli/main.py").exists():
        return {}
    from typer.main import get_command

    app = importlib.import_module("evisynth.cli.main").app
    return dict(leaves("evisynth", get_command(app)))


def leaves(name: str, command: object) -> Iterator[tuple[str, object]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield name, command
        return
    for part, child in inner.items():
        yield from leaves(f"{name} {part}", child)


def test_every_command_has_help():
    silent = [name for name, command in commands().items() if not getattr(command, "help", None)]
    assert silent == []


def test_every_command_stands_in_docs():
    assert [name for name in commands() if not stands_in_docs(name)] == []


def test_every_setting_of_the_environment_stands_in_docs():
    text = "".join(path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py"))
    settings = sorted(set(re.findall(r"\bEVISYNTH_[A-Z_]+\b", text)))
    assert "EVISYNTH_DATABASE" in settings
    assert [name for name in settings if not stands_in_docs(name)] == []


def method_modules() -> list[Path]:
    return sorted(path for folder in METHODS for path in (SOURCE / folder).rglob("[a-z]*.py"))


def estimating(path: Path) -> list[ast.FunctionDef]:
    """The public functions of a module, without those listed as estimating nothing."""
    functions = [
        node for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.FunctionDef)
    ]
    return [
        node for node in functions if not node.name.startswith("_") and node.name not in ESTIMATES_NOTHING
    ]


@pytest.mark.parametrize("path", method_modules(), ids=lambda path: path.stem)
def test_a_method_names_its_source(path):
    docstrings = {function.name: ast.get_docstring(function) or "" for function in estimating(path)}
    without = [name for name, text in docstrings.items() if not re.search(r"^Sources?: ", text, re.MULTILINE)]
    assert without == [], f"{path.relative_to(ROOT)}: a line 'Source: ...' is missing in these docstrings."


@pytest.mark.parametrize("path", method_modules(), ids=lambda path: path.stem)
def test_a_method_has_its_page(path):
    if not estimating(path):
        return
    module = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts)
    pages = "".join(page.read_text(encoding="utf-8") for page in (DOCS / "methods").glob("*.md"))
    assert f"`{module}`" in pages, f"no page in docs/methods/ names `{module}`."


def pages() -> list[Path]:
    found = (path for path in ROOT.rglob("*.md") if not ELSEWHERE & set(path.relative_to(ROOT).parts))
    return sorted(found)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ +(.+?) *$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(page: Path) -> list[str]:
    text = re.sub(r"`[^`\n]*`", "", FENCE.sub("", page.read_text(encoding="utf-8")))
    broken = []
    for target in re.findall(r"\]\(<?([^)\s>]+)>?(?: +\"[^\"]*\")?\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        place = page.parent / name if name else page
        if not place.exists() or (anchor and place.suffix == ".md" and anchor not in anchors(place)):
            broken.append(f"{page.relative_to(ROOT)}: {target}")
    return broken


def test_every_relative_link_leads_somewhere():
    assert [link for page in pages() for link in broken_links(page)] == []


def test_a_link_that_leads_nowhere_is_found(tmp_path, monkeypatch):
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    page = tmp_path / "page.md"
    page.write_text(
        "# One two\n[a](#one-two) [b](page.md) [c](https://example.org) [d](gone.md) [e](#three)\n"
    )
    assert broken_links(page) == ["page.md: gone.md", "page.md: #three"]


def tutorials() -> list[Path]:
    """The pages with Python to run. What is not meant to run is marked ```text."""
    candidates = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]
    return [page for page in candidates if "\n```python\n" in page.read_text(encoding="utf-8")]


@pytest.mark.parametrize("page", tutorials(), ids=lambda page: str(page.relative_to(ROOT)))
def test_the_python_on_a_page_runs(page, tmp_path, monkeypatch):
    """The blocks of a page are one script, run in an empty folder with a copy of examples/ in it."""
    text = page.read_text(encoding="utf-8")
    if "examples/" in text:
        shutil.copytree(ROOT / "examples", tmp_path / "examples", ignore=shutil.ignore_patterns("report"))
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "tutorial"}
    for block in FENCE.finditer(text):
        if block[1] == "python":
            lines = "\n" * text.count("\n", 0, block.start(2))  # so that an error names the line of the page
            exec(compile(lines + block[2], str(page), "exec"), names)

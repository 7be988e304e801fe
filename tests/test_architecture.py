"""The rules about the code hold, and the tools that watch over them are awake.

A lint section that nobody notices is dead is worse than none, so each rule is tried on a planted violation.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
IMPORTS = Path(__file__).parent / "support/imports.py"
STAGES = ["protocol", "search", "screening", "extraction", "appraisal", "synthesis"]

# What is planted in a copy of the source, and how import-linter names it.
PLANTED = {
    "synthesis may not use lxml": (
        "synthesis/planted_lxml.py",
        "import lxml\n",
        "evisynth.synthesis.planted_lxml -> lxml",
    ),
    "a stage may not use Django": (
        "screening/planted_django.py",
        "import django\n",
        "evisynth.screening.planted_django -> django",
    ),
    "reporting may not use a database": (
        "reporting/planted_sqlite.py",
        "import sqlite3\n",
        "evisynth.reporting.planted_sqlite -> sqlite3",
    ),
    "a stage may not import another": (
        "appraisal/planted_stage.py",
        "import evisynth.synthesis\n",
        "evisynth.appraisal.planted_stage -> evisynth.synthesis",
    ),
    "a stage may not look up to the store": (
        "extraction/planted_up.py",
        "import evisynth.store\n",
        "evisynth.extraction.planted_up -> evisynth.store",
    ),
    "a folder has a place in the order": ("unplaced/__init__.py", "", "unplaced"),
    "the root may not load the store": (
        "__init__.py",
        "from evisynth.store import models as models\n",
        "evisynth -> evisynth.store.models",
    ),
    "two siblings may not import each other": (
        "search/planted_a.py",
        "import evisynth.search.planted_b\n",
        "planted_a",
    ),
}


def run(
    *command: str | Path, cwd: Path = ROOT, source: Path = ROOT / "src"
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(source), "COLUMNS": "200", "NO_COLOR": "1"}
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


def copied_tree(folder: Path) -> Path:
    """The source and the configuration, without the rest; a place to plant violations in."""
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_imports_point_one_way():
    done = run(BIN / "lint-imports", "--no-cache")
    assert done.returncode == 0, done.stdout
    assert "5 kept, 0 broken" in done.stdout


@pytest.fixture(scope="module")
def report_on_planted_imports(tmp_path_factory) -> str:
    tree = copied_tree(tmp_path_factory.mktemp("planted"))
    for name, text, _ in PLANTED.values():
        path = tree / "src/evisynth" / name
        path.parent.mkdir(exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
    (tree / "src/evisynth/search/planted_b.py").write_text("import evisynth.search.planted_a\n")
    done = run(BIN / "lint-imports", "--no-cache", cwd=tree, source=tree / "src")
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("rule", PLANTED)
def test_a_planted_import_is_reported(rule, report_on_planted_imports):
    assert PLANTED[rule][2] in report_on_planted_imports


def test_ruff_runs_with_our_rules():
    settings = run(BIN / "ruff", "check", "--show-settings", "src/evisynth/__init__.py").stdout
    assert "linter.line_length = 110" in settings
    enabled = settings.partition("linter.rules.enabled = [")[2].partition("]")[0]
    for rule in ("mutable-argument-default (B006)", "blind-except (BLE001)", "undefined-name (F821)"):
        assert rule in enabled
    assert "(TRY003)" not in enabled


def test_ruff_reports_a_planted_violation(tmp_path):
    tree = copied_tree(tmp_path)
    planted = tree / "src/evisynth/synthesis/planted.py"
    planted.write_text("def studies(found: list[int] = []) -> list[int]:\n    return found\n")
    done = run(BIN / "ruff", "check", "--no-cache", planted, cwd=tree)
    assert done.returncode == 1
    assert "B006" in done.stdout


def test_mypy_reports_a_planted_function_without_types(tmp_path):
    planted = tmp_path / "planted.py"
    planted.write_text("def pooled(yi):\n    return yi\n")
    done = run(BIN / "mypy", planted)
    assert done.returncode == 1
    assert "[no-untyped-def]" in done.stdout


def test_every_ignored_rule_of_ruff_has_its_reason_beside_it():
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    general = re.search(r"^ignore = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    by_file = re.search(r"^\[tool\.ruff\.lint\.per-file-ignores\]\n(.*?)^\[", text, re.MULTILINE | re.DOTALL)
    assert general
    assert by_file
    lines = (general[1] + by_file[1]).splitlines()
    naming = [line for line in lines if re.search(r'"[A-Z]+[0-9]*"', line)]
    assert len(naming) > 30
    assert [line for line in naming if not re.search(r"# \w.{6,}", line)] == []


def imports(*arguments: str | Path, source: Path = ROOT / "src") -> list[str] | dict[str, list[str]]:
    done = run(sys.executable, "-W", "error", IMPORTS, *arguments, source=source)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_synthesis_loads_numpy_and_scipy_and_nothing_else():
    taken_by_numpy = {"charset_normalizer"}  # where it is installed, whoever wanted it
    assert set(imports("loaded", "evisynth.synthesis")) - taken_by_numpy <= {"numpy", "scipy"}


def test_import_evisynth_is_light():
    assert not {"django", "lxml", "matplotlib", "docx", "typst", "typer"} & set(imports("alone", "evisynth"))


@pytest.mark.parametrize("stage", [*STAGES, "reporting"])
def test_stages_and_reporting_run_without_django(stage):
    assert "django" not in imports("loaded", f"evisynth.{stage}")


def test_importing_a_module_changes_nothing_outside_itself():
    assert imports("effects", ROOT / "src/evisynth") == {}


def test_a_planted_effect_of_an_import_is_reported(tmp_path):
    tree = copied_tree(tmp_path)
    planted = tree / "src/evisynth/search/planted.py"
    planted.write_text(
        "import os\nimport warnings\n\nos.environ['A'] = 'b'\nwarnings.simplefilter('ignore')\n"
    )
    found = imports("effects", tree / "src/evisynth", source=tree / "src")
    assert found == {"evisynth.search.planted": ["environment", "warning filters"]}


def test_ci_calls_make_test_and_nothing_else():
    lines = (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()
    commands = [line for line in lines if line and not line.startswith(("#", "set -", "cd "))]
    assert commands == ["make test"]


def test_constraints_are_names_and_versions_and_name_every_dependency():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert [line for line in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", line)] == []
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["postgres"]]
    wanted += [name for name in project["optional-dependencies"]["dev"] if not name.startswith("evisynth")]
    names = {plain(pin) for pin in pins}
    assert {plain(name) for name in wanted} - names == set()


def plain(requirement: str) -> str:
    return re.split(r"[^A-Za-z0-9._-]", requirement)[0].lower().replace("_", "-").replace(".", "-")


def files_of_the_project() -> list[Path]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard").stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


def test_no_file_names_a_folder_of_one_machine_or_a_package_index():
    machine = re.compile(rb"(?<![\w.:/-])/(?:home|work|root|Users)/\w|[A-Z]:\\Users\\")
    index = re.compile(
        rb"https?://\S*/simple\b|--?(?:extra-)?index-url\b|--find-links\b|files\.pythonhosted\.org"
    )
    found = []
    for path in files_of_the_project():
        content = path.read_bytes()
        if path == Path(__file__) or b"\0" in content[:8000]:
            continue
        hits = [*machine.findall(content), *index.findall(content)]
        found += [f"{path.relative_to(ROOT)}: {hit.decode(errors='replace')}" for hit in hits]
    assert found == []

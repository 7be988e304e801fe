"""List what has grown large: files over 400 lines, functions over 60 (their docstring not counted).

    python tools/large_places.py src

A listing to look at while dividing is still cheap; never a failure.
"""

import ast
import sys
from pathlib import Path

FILE_LINES = 400
FUNCTION_LINES = 60


def large_places(folder: Path) -> list[str]:
    """One line for each large file and function below the folder, migrations left out."""
    found = []
    for path in sorted(folder.rglob("*.py")):
        if "migrations" in path.parts:
            continue
        text = path.read_text(encoding="utf-8")
        lines = len(text.splitlines())
        if lines > FILE_LINES:
            found.append(f"{path}: {lines} lines")
        functions = [
            node
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ]
        long = [node for node in functions if length(node) > FUNCTION_LINES]
        found += [f"{path}:{node.lineno}: {node.name} has {length(node)} lines" for node in long]
    return found


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, without the docstring."""
    docstring = function.body[0] if ast.get_docstring(function) is not None else None
    told = (docstring.end_lineno or 0) - docstring.lineno + 1 if docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - told


if __name__ == "__main__":
    for folder in sys.argv[1:]:
        print(*large_places(Path(folder)) or ["nothing"], sep="\n")

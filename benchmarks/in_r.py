"""The same work in R's metafor, where Rscript and the package are installed: the peer of the statistics."""

import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

BEGINNING = """
suppressPackageStartupMessages(library(metafor))
of <- function(name) read.csv(file.path(folder, paste0(name, ".csv")))
say <- function(what, code, times = 1) {
  cat(sprintf("%12.3f %12s  metafor %s: %s\\n", 1000 * times * system.time(code)[["elapsed"]], "",
              packageVersion("metafor"), what))
}
"""


def metafor(code: str, tables: Mapping[str, Mapping[str, np.ndarray]]) -> None:
    """Run R code that says its times with `say(what, code, times)`; `of(name)` is one of the tables."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        print("Rscript is not installed; metafor is not timed.")
        return
    with tempfile.TemporaryDirectory() as folder:
        for name, columns in tables.items():
            np.savetxt(
                Path(folder) / f"{name}.csv",
                np.column_stack(list(columns.values())),
                delimiter=",",
                header=",".join(columns),
                comments="",
            )
        whole = f'folder <- "{Path(folder).as_posix()}"\n{BEGINNING}{code}'
        subprocess.run([rscript, "-e", whole], check=False)  # noqa: S603 - it is R itself

"""Where the programs are that the tests drive but pip does not bring: Chromium and PostgreSQL."""

import shutil
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> Path | None:
    """The browser, or None where there is none."""
    found = (shutil.which(name) for name in BROWSERS)
    return next((Path(path) for path in found if path), None)


def postgres_folder() -> Path | None:
    """The folder with initdb and postgres, the newest version first, or None where there is none.

    Debian keeps them out of PATH, in a folder for each major version.
    """
    debian = Path("/usr/lib/postgresql").glob("[0-9]*/bin")
    folders = sorted(debian, key=lambda folder: int(folder.parent.name.split(".")[0]), reverse=True)
    on_path = shutil.which("initdb")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)

"""The web application with the two example reviews, to try it out. `make serve` runs it.

    python tools/demo_site.py [--folder demo/site] [--port 8000] [--prepare]

Makes the database in the folder once, with an account for each person of the examples and one password for all of
them, and prints them each time. Listens on this machine alone; nothing in it is meant to last.
"""

import argparse
import os
import secrets
import shutil
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[1]
REVIEWS = ("milk-oit", "peanut-oit")
TO_SCREEN = "milk-oit-to-screen"  # the milk review as it was after its searches
BEFORE_SCREENING = ("review.yaml", "protocol.yaml", "searches.csv", "searches")
PEOPLE = {
    "ra": "anna@demo.example",
    "rb": "ben@demo.example",
    "rc": "clara@demo.example",
    "st": "sten@demo.example",
}


def main() -> int:
    parser = argparse.ArgumentParser(description="The web application with the example reviews.")
    parser.add_argument("--folder", type=Path, default=ROOT / "demo/site", help="where the database is kept")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument(
        "--prepare", action="store_true", help="make the database and print the accounts, no more"
    )
    given = parser.parse_args()
    folder = given.folder.resolve()
    database, password_file = folder / "site.sqlite3", folder / "password.txt"
    url = f"sqlite:///{database}"
    if not password_file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for left_over in folder.glob("site.sqlite3*"):  # of a run that did not finish
            left_over.unlink()
        password = "-".join(secrets.token_hex(2) for _ in range(3))
        prepare(url, password)
        password_file.touch(mode=0o600)
        password_file.write_text(password, encoding="ascii")
    tell(password_file.read_text(encoding="ascii"))
    if not given.prepare:
        serve(url, given.port)
    return 0


def serve(url: str, port: int) -> NoReturn:
    """Become the server."""
    sys.stdout.flush()
    command = [
        sys.executable,
        "-m",
        "evisynth",
        "serve",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--database",
        url,
    ]
    os.execv(sys.executable, command)  # noqa: S606 - our own program, without a shell


def prepare(url: str, password: str) -> None:
    """Load the reviews and make the accounts."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "evisynth.web.settings"
    from evisynth.store.database import open_database  # noqa: PLC0415 - the environment is set

    open_database(url)
    from evisynth.store import models  # noqa: PLC0415 - the database is open
    from evisynth.store.exchange.load import load_folder  # noqa: PLC0415
    from evisynth.store.screening_items import ready  # noqa: PLC0415

    accounts = {
        key: models.User.objects.create_user(email, password, name=email.partition("@")[0].title())
        for key, email in PEOPLE.items()
    }
    with tempfile.TemporaryDirectory() as temporary:
        start = before_screening(Path(temporary))
        for path in (*(ROOT / "examples" / name for name in REVIEWS), start):
            print(f"loading {path.name} ...", flush=True)
            review, _ = load_folder(path)
            ready(review)
            for member in models.Membership.objects.filter(review=review, key__in=accounts):
                member.user = accounts[member.key]
                member.save(update_fields=["user"])


def before_screening(folder: Path) -> Path:
    """A copy of the milk review without what came after its searches, so that there is something to screen."""
    copy = folder / TO_SCREEN
    copy.mkdir()
    for name in BEFORE_SCREENING:
        source = ROOT / "examples/milk-oit" / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, copy / name)
    text = (copy / "review.yaml").read_text(encoding="utf-8")
    (copy / "review.yaml").write_text(text.replace("title: ", "title: To screen - ", 1), encoding="utf-8")
    return copy


def tell(password: str) -> None:
    print("\nSign in as one of these; the password of all is", password)
    for (_, email), part in zip(
        PEOPLE.items(), ("owner and reviewer", "reviewer", "adjudicator", "statistician"), strict=True
    ):
        print(f"  {email:22} {part}")
    print()


if __name__ == "__main__":
    sys.exit(main())

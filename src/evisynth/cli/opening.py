"""The database, opened late: Django loads only when a command needs it."""


def open_database(url: str = "") -> None:
    """Open the database at `url`, in memory when empty. After this the store's modules can be imported."""
    from evisynth.store.database import open_database as opened  # noqa: PLC0415 - Django loads here

    opened(url)

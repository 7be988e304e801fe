from pathlib import Path


def write_starting_folder(folder: Path) -> None:
    raise NotImplementedError

"""A folder for the temporary files of this process, which goes with it: also when it is killed.

A killed process removes nothing. So each process that serves pages or does background work keeps its temporary files
in a folder that it holds locked, and removes the folders that nobody holds any more when it starts.
"""

import atexit
import os
import shutil
import stat
import sys
import tempfile
from pathlib import Path

if sys.platform != "win32":
    import fcntl

_held: list[int] = []  # the lock of our folder is held as long as this is open


def own_scratch() -> None:
    """Let all temporary files of this process be in a folder of its own, and remove those of processes that died.

    Does nothing a second time; nor where folders cannot be locked, or where the place for them belongs to another.
    """
    if _held or sys.platform == "win32":
        return
    place = Path(tempfile.gettempdir()) / f"evisynth-{os.getuid()}"
    if not _is_ours(place):
        return
    with_all = os.open(place, os.O_RDONLY)
    try:
        fcntl.flock(
            with_all, fcntl.LOCK_EX
        )  # a folder that is just made is not taken for one that nobody holds
        for folder in place.iterdir():
            _remove_if_dead(folder)
        mine = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=place))
        _held.append(os.open(mine, os.O_RDONLY))
        fcntl.flock(_held[0], fcntl.LOCK_EX)
    finally:
        os.close(with_all)
    tempfile.tempdir = str(mine)
    atexit.register(shutil.rmtree, mine, ignore_errors=True)


def _is_ours(place: Path) -> bool:
    """Whether the place is a folder of ours that nobody else can write into; it is made where it is not there."""
    try:
        place.mkdir(mode=0o700, exist_ok=True)
        found = place.lstat()
    except OSError:
        return False
    return (
        stat.S_ISDIR(found.st_mode)
        and found.st_uid == os.getuid()
        and not stat.S_IMODE(found.st_mode) & 0o077
    )


def _remove_if_dead(folder: Path) -> None:
    try:
        lock = os.open(folder, os.O_RDONLY)
    except OSError:  # gone meanwhile
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    else:
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        os.close(lock)

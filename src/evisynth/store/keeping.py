"""A whole database as one file, and back: on another machine, on another kind of database, in a later version.

The file is a zip: manifest.json says which version of the tables it has; each table is a file of JSON lines, with a
hash in the manifest. Restoring makes the tables of that version, fills them, and then brings them up to date.
Sessions are not kept: people sign in again.
"""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from evisynth.errors import DataError

NOT_KEPT = {"sessions", "contenttypes", "auth"}  # apps: made anew, or of this installation alone
NOT_KEPT_TABLES = {"store.Counted"}  # tries to sign in, counted for minutes
ROWS = 500  # read and written at a time
MANIFEST = "manifest.json"
FORM = 1
THE_DAY = (1980, 1, 1, 0, 0, 0)  # each file in a zip has a time, none before 1980; ours tells nothing

Tell = Callable[[str], None]


def backup(path: Path, tell: Tell = lambda _: None) -> int:
    """Write the database into `path`, as it is at one moment, while others go on working. Gives the number of rows.

    The file is written beside its place first, so that it is whole or not there.
    """
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)  # it has the hashes of passwords
    tables: dict[str, dict[str, Any]] = {}
    with _one_moment(), zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as out:
        targets = _applied()
        for model in _kept(apps):
            name = model._meta.label
            tell(name)
            digest, n = hashlib.sha256(), 0
            with out.open(_entry(f"{name}.jsonl"), "w", force_zip64=True) as file:
                for row in _rows(model):
                    line = (json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False) + "\n").encode()
                    file.write(line)
                    digest.update(line)
                    n += 1
            tables[name] = {"rows": n, "sha256": digest.hexdigest()}
        manifest = {"form": FORM, "evisynth": version("evisynth"), "migrations": targets, "tables": tables}
        out.writestr(_entry(MANIFEST), json.dumps(manifest, indent=1))
    new.replace(path)
    return sum(table["rows"] for table in tables.values())


def restore(path: Path, tell: Tell = lambda _: None) -> int:
    """Fill the open database, in which there is nothing yet, from a file of `backup`. All of it or nothing.

    Raises DataError: no such file, one that was changed or cut, one of a later version, or a database with reviews
    or accounts in it.
    """
    with _opened(path) as packed:
        manifest = _manifest(packed, path)
        _check_hashes(packed, manifest, path)
        _refuse_full()
        targets = [(app, name) for app, name in manifest["migrations"].items()]
        executor = MigrationExecutor(connection)
        later = [f"{app} {name}" for app, name in targets if (app, name) not in executor.loader.graph.nodes]
        if later:
            raise DataError(f"{path} was made by a later version of Evisynth (it has {', '.join(later)}); update "
                            "Evisynth first.")  # fmt: skip
        executor.migrate([target for target in targets if _is_behind(target)])
        state = MigrationExecutor(connection).loader.project_state(targets).apps
        with transaction.atomic():
            _empty(state)
            n = sum(
                _fill(packed, model, tell)
                for model in _kept(state)
                if model._meta.label in manifest["tables"]
            )
            _reset_numbers(state)
    call_command("migrate", verbosity=0)
    return n


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, THE_DAY)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


@contextmanager
def _one_moment() -> Iterator[None]:
    """Read everything as it was when reading began; writers are not kept waiting."""
    begin = (
        "BEGIN DEFERRED"
        if connection.vendor == "sqlite"
        else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    )
    with connection.cursor() as cursor:
        if connection.in_atomic_block:  # somebody else's transaction is one moment already
            yield
            return
        cursor.execute(begin)
        try:
            yield
        finally:
            cursor.execute("COMMIT")


def _kept(registry: Any) -> list[Any]:
    models = [
        model
        for model in registry.get_models()
        if model._meta.app_label not in NOT_KEPT and model._meta.label not in NOT_KEPT_TABLES
    ]
    return sorted((model for model in models if model._meta.managed), key=lambda model: model._meta.label)


def _applied() -> dict[str, str]:
    """The last migration of each app that this database has."""
    graph = MigrationExecutor(connection).loader.graph
    return {app: name for app, name in graph.leaf_nodes() if app not in NOT_KEPT}


def _rows(model: Any) -> Iterator[dict[str, Any]]:
    last = None
    while True:
        rows = model._base_manager.order_by("pk")
        batch = list((rows.filter(pk__gt=last) if last is not None else rows)[:ROWS])
        for row in batch:
            yield {field.attname: _plain(field, row) for field in model._meta.concrete_fields}
        if len(batch) < ROWS:
            return
        last = batch[-1].pk


def _plain(field: Any, row: Any) -> Any:
    value = field.value_from_object(row)
    binary = field.get_internal_type() == "BinaryField"
    return field.value_to_string(row) if binary else value


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as packed:
            yield packed
    except FileNotFoundError:
        raise DataError(f"There is no file {path}.") from None
    except zipfile.BadZipFile as error:
        raise DataError(f"{path} is not a backup, or it is cut off: {error}.") from error


def _manifest(packed: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(packed.read(MANIFEST))
    except (KeyError, ValueError):
        raise DataError(f"{path} is not a backup of Evisynth: it has no {MANIFEST}.") from None
    if manifest.get("form") != FORM:
        raise DataError(
            f"{path} has form {manifest.get('form')}; this version of Evisynth reads form {FORM}."
        )
    return manifest


def _check_hashes(packed: zipfile.ZipFile, manifest: dict[str, Any], path: Path) -> None:
    for name, table in manifest["tables"].items():
        digest = hashlib.sha256()
        with packed.open(f"{name}.jsonl") as file:
            while part := file.read(2**20):
                digest.update(part)
        if digest.hexdigest() != table["sha256"]:
            raise DataError(f"{path}: {name} is not what was written; the file was changed or damaged.")


def _refuse_full() -> None:
    there = set(connection.introspection.table_names())
    for name in ("store.Review", "store.User"):
        model = apps.get_model(name)
        if model._meta.db_table in there and model._base_manager.exists():
            raise DataError("The database has reviews or accounts already; restore into an empty one.")


def _is_behind(target: tuple[str, str]) -> bool:
    return target not in MigrationExecutor(connection).loader.applied_migrations


def _empty(state: Any) -> None:
    """Rows that migrations themselves made give way to those of the backup."""
    for model in _kept(state):
        model._base_manager.all().delete()


def _fill(packed: zipfile.ZipFile, model: Any, tell: Tell) -> int:
    tell(model._meta.label)
    fields = {field.attname: field for field in model._meta.concrete_fields}
    batch: list[Any] = []
    n = 0
    with packed.open(f"{model._meta.label}.jsonl") as file:
        for line in file:
            values = json.loads(line)
            batch.append(model(**{name: _value(fields[name], value) for name, value in values.items()}))
            n += 1
            if len(batch) == ROWS:
                model._base_manager.bulk_create(batch)
                batch = []
    model._base_manager.bulk_create(batch)
    return n


def _value(field: Any, value: Any) -> Any:
    if value is None or field.get_internal_type() == "JSONField":
        return value
    target = field.target_field if field.is_relation else field
    return target.to_python(value)


def _reset_numbers(state: Any) -> None:
    """New rows are numbered on from the last one, on databases that count apart from the rows."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), _kept(state)):
            cursor.execute(statement)

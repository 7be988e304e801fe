"""tests/store runs twice, and the second time it really is on PostgreSQL."""

import pytest
from django.db import connection


@pytest.mark.postgres
@pytest.mark.django_db
def test_the_second_run_is_on_postgresql():
    assert connection.vendor == "postgresql"


@pytest.mark.django_db
def test_every_migration_is_applied():
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []

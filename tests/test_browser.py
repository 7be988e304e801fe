"""The browser of the tests is a real one."""

import pytest

from support.browser import overflows

pytestmark = pytest.mark.browser

WIDE = "<!doctype html><title>A table</title><div style='width: 800px'>wide</div>"


def test_a_page_has_the_width_of_a_desk(page):
    page.set_content(WIDE)
    assert page.title() == "A table"
    assert page.evaluate("innerWidth") == 1280
    assert not overflows(page)


def test_a_narrow_page_has_the_width_of_a_telephone(narrow_page):
    narrow_page.set_content(WIDE)
    assert narrow_page.evaluate("innerWidth") == 360
    assert overflows(narrow_page)


@pytest.mark.django_db
def test_a_browser_and_the_database_live_in_one_test(page):
    from django.db import connection

    page.set_content(WIDE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)

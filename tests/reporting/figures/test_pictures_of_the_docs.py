"""The pictures on docs/figures.md are what its own code makes today."""

import re
from pathlib import Path

import pytest
from lxml import etree

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGE = DOCS / "figures.md"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The folder in which the page's code was run."""
    folder = tmp_path_factory.mktemp("page")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        names = {"__name__": "page"}
        for block in re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL):
            exec(block, names)
    return folder


def shown():
    return re.findall(r"\]\((figures/[^)]+)\)", PAGE.read_text("utf-8"))


def words(svg):
    return [element.text for element in etree.fromstring(svg).iter("{*}text")]


@pytest.mark.parametrize("picture", [name for name in shown() if name.endswith(".svg")])
def test_a_picture_has_the_words_that_its_code_writes(picture, made):
    # As text: a version of matplotlib may draw a line with other digits.
    assert words((DOCS / picture).read_bytes()) == words((made / picture).read_bytes())
    assert len(words((DOCS / picture).read_bytes())) > 10


def test_every_picture_is_made_by_the_page(made):
    assert len(shown()) == 13
    assert [name for name in shown() if not (made / name).exists()] == []

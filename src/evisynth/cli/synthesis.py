"""`evisynth synthesis`: the statistics without a review folder.

Commands of this group are registered at the end of this file.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from evisynth.cli import synthesis_pool
from evisynth.cli.console import errors_shown, messages, progress
from evisynth.errors import DataError

if TYPE_CHECKING:
    from evisynth.cli.reference.run import CaseResult, FamilyResult

app = typer.Typer(
    help="The statistics alone: pool a table, repeat reference numbers of R.", no_args_is_help=True
)


def reference(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder with the JSON files of reference numbers.")
    ],
    json_out: Annotated[
        Path | None, typer.Option("--json", metavar="OUT", help="A file for all results, case by case.")
    ] = None,
    family: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A family alone; can be given several times.")
    ] = None,
) -> None:
    """Repeat stored calls of R with Evisynth's public functions, and say what agrees and what does not."""
    from evisynth.cli.reference.run import run_folder  # noqa: PLC0415 - it loads all of the statistics

    with errors_shown(), progress() as step:
        step("repeating the calls")
        families = run_folder(folder, family or ())
        if json_out is not None:
            _write_json(json_out, families)
    for line in (*_table(families), *(line for one in families for line in _lines(one))):
        typer.echo(line)
    failed = sum(one.count("disagrees", "error") for one in families)
    asked = sum(len(one.cases) - one.count("not expressible") for one in families)
    better = sum(one.count("better likelihood") for one in families)
    messages.print(_in_all(asked, failed, better), markup=False)
    if failed:
        raise typer.Exit(1)


def _in_all(asked: int, failed: int, better: int) -> str:
    """How many cases agree, and how many of them by a higher likelihood, not by their tolerance."""
    agree = asked - failed
    share = f" ({100 * agree / asked:.1f}%)" if asked else ""
    by_likelihood = (
        f": {agree - better} within their tolerances, and {better} have a higher log likelihood than the stored one and "
        "estimates as near to the stored ones as that explains"
        if better
        else ""
    )
    return f"{agree} of {asked} cases that can be expressed agree{share}{by_likelihood}."


def _write_json(out: Path, families: "list[FamilyResult]") -> None:
    text = json.dumps([one.as_dict() for one in families], indent=1, ensure_ascii=False)
    try:
        out.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise DataError(f"{out} cannot be written: {error.strerror}.") from error


def _table(families: "list[FamilyResult]") -> list[str]:
    """A row a family, and one of all."""
    verdicts = ("agrees", "better likelihood", "disagrees", "not expressible", "error")
    rows: list[tuple[str, ...]] = [("family", "cases", *verdicts, "worst error", "seconds")]
    for one in families:
        counts = [str(one.count(verdict)) for verdict in verdicts]
        rows.append((one.family, str(len(one.cases)), *counts, f"{one.worst:.1e}", f"{one.seconds:.1f}"))
    sums = [str(sum(one.count(verdict) for one in families)) for verdict in verdicts]
    seconds = sum(one.seconds for one in families)
    rows.append(("all", str(sum(len(one.cases) for one in families)), *sums, "", f"{seconds:.1f}"))
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return [
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def _lines(family: "FamilyResult") -> list[str]:
    """What did not simply agree: cases with the same outcome and the same reason together."""
    found: dict[tuple[str, str], list[str]] = {}
    for case in family.cases:
        if case.verdict != "agrees":
            found.setdefault((case.verdict, _told(case)), []).append(case.id)
    return [
        f"{family.family}, {verdict}: {_named(cases)}: {told}" for (verdict, told), cases in found.items()
    ]


def _told(case: "CaseResult") -> str:
    parts = [*case.reasons, *(str(one) for one in case.disagreements[:3])]
    if len(case.disagreements) > 3:  # the rest stand in the JSON file
        parts.append(f"and {len(case.disagreements) - 3} more outputs")
    return "; ".join(parts)


def _named(cases: list[str]) -> str:
    return cases[0] if len(cases) == 1 else f"{len(cases)} cases ({cases[0]}, ...)"


app.command("reference")(reference)
app.command("pool")(synthesis_pool.pool_table)

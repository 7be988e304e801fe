"""The command line. Results go to stdout, messages to stderr; exit 0 done, 1 the data have problems, 2 wrong usage."""

import typer

from evisynth.cli import account, demo, folder, keeping, search, serve, synthesis

app = typer.Typer(
    name="evisynth",
    help="Carries a systematic review from its database searches to its published numbers.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("new")(folder.new)
app.command("check")(folder.check)
app.command("build")(folder.build)
app.command("load")(folder.load)
app.command("export")(folder.export)
app.command("demo")(demo.demo)
app.command("serve")(serve.serve)
app.command("work")(serve.work)
app.command("verify")(keeping.verify)
app.command("backup")(keeping.backup)
app.command("restore")(keeping.restore)
app.add_typer(account.app, name="account")
app.add_typer(search.app, name="search")
app.add_typer(synthesis.app, name="synthesis")


def main() -> None:
    """The `evisynth` program."""
    app()

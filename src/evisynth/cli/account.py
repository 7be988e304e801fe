"""Accounts of an installation, from the command line: for who runs the server."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from evisynth.cli.console import errors_shown, messages
from evisynth.cli.opening import open_existing
from evisynth.cli.serve import HERE, Database, settle_environment
from evisynth.errors import DataError, near

if TYPE_CHECKING:
    from evisynth.store import models

app = typer.Typer(help="List accounts, make a link for a new password, deactivate.", no_args_is_help=True)

Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The address with which the person signs in.")]


@app.command("list")
def listed(database: Database = HERE) -> None:
    """List the accounts: address, name, whether active, and in how many reviews."""
    with errors_shown():
        _open(database)
        from django.db.models import Count, Q  # noqa: PLC0415 - database is open

        from evisynth.store import models  # noqa: PLC0415

        reviews = Count("memberships", filter=Q(memberships__left=False))
        for user in models.User.objects.annotate(reviews=reviews).order_by("email"):
            state = "active" if user.is_active else "deactivated"
            rank = ", administrator" if user.is_administrator else ""
            typer.echo(f"{user.email}\t{user.name}\t{state}{rank}\t{user.reviews} reviews")


@app.command()
def reset(
    email: Email,
    database: Database = HERE,
    site: Annotated[str, typer.Option(help="The address of the site; found from EVISYNTH_HOSTS if not given.")] = "",
) -> None:  # fmt: skip
    """Print a link with which the person chooses a new password. It can be used once, within a day."""
    with errors_shown():
        _open(database)
        from allauth.account.forms import default_token_generator  # noqa: PLC0415 - database is open
        from allauth.account.utils import user_pk_to_url_str  # noqa: PLC0415
        from django.urls import reverse  # noqa: PLC0415

        user = _account(email)
        if not user.is_active:
            raise DataError(
                f"{user.email} is deactivated; `evisynth account activate` brings the account back."
            )
        key = {"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)}
        path = reverse("account_reset_password_from_key", kwargs=key)
    messages.print(
        f"Give this link to {user.name or user.email}; whoever has it can choose the password:", markup=False
    )
    typer.echo(f"{site.rstrip('/') or _site()}{path}")


@app.command()
def deactivate(email: Email, database: Database = HERE) -> None:
    """Sign a person out everywhere and let them in no more. What they decided in reviews stays."""
    _set_active(email, database, active=False)


@app.command()
def activate(email: Email, database: Database = HERE) -> None:
    """Let a deactivated person sign in again."""
    _set_active(email, database, active=True)


def _set_active(email: str, database: str, *, active: bool) -> None:
    with errors_shown():
        _open(database)
        user = _account(email)
        user.is_active = active
        user.save(update_fields=["is_active"])
    messages.print(f"{user.email} {'may sign in' if active else 'is deactivated'}.", markup=False)


def _open(database: str) -> None:
    settle_environment(database)
    open_existing(database)


def _account(email: str) -> "models.User":
    from evisynth.store import models  # noqa: PLC0415 - database is open

    user = models.User.objects.filter(email=email.lower()).first()
    if user is None:
        known = list(models.User.objects.values_list("email", flat=True))
        raise DataError(f"There is no account of {email}.{near(email, known)}")
    return user


def _site() -> str:
    hosts = [host.strip() for host in os.environ.get("EVISYNTH_HOSTS", "").split(",") if host.strip()]
    return f"https://{hosts[0]}" if hosts else "http://127.0.0.1:8000"

"""A person's account, a forgotten password, and following an invitation."""

from typing import cast

from allauth.account.views import password_reset
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from evisynth.store import models
from evisynth.store.invitations import Closed, accept, open_invitation
from evisynth.web.accounts.adapter import INVITED
from evisynth.web.accounts.forms import AccountForm


@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    user = cast("models.User", request.user)
    form = AccountForm(
        request.POST if request.method == "POST" else None, initial={"name": user.name, **user.preferences}
    )
    if request.method == "POST" and form.is_valid():
        user.name = form.cleaned_data["name"]
        user.preferences |= {name: form.cleaned_data[name] for name in ("theme", "text_size")}
        user.save(update_fields=["name", "preferences"])
        messages.success(request, "Saved.")
        return redirect("account")
    shown = {"form": form, "two_factor": is_mfa_enabled(user), "sends_mail": settings.SENDS_MAIL}
    return render(request, "accounts/account.html", shown)


@login_not_required
@require_http_methods(["GET", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    """Asks for the address to which a link is sent; without a server of letters it says what to do instead."""
    if not settings.SENDS_MAIL:
        return render(request, "accounts/reset_by_hand.html")
    return cast("HttpResponse", password_reset(request))


@login_not_required
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """What the invitation is for; a signed-in person takes it up with one button."""
    invitation = open_invitation(token)
    if invitation is None:
        request.session.pop(INVITED, None)
        return render(request, "accounts/closed.html", status=410)
    request.session[INVITED] = token
    if request.method == "POST" and request.user.is_authenticated:
        try:
            member = accept(token, request.user)
        except Closed as closed:
            messages.error(request, str(closed))
            return redirect("my-work")
        request.session.pop(INVITED, None)
        return redirect("review-home", member.review.slug) if member else redirect("my-work")
    return render(request, "accounts/join.html", {"invitation": invitation, "token": token})

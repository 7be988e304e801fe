"""How sign-up works here: by invitation, unless the installation is open."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest

from evisynth.store import models
from evisynth.store.invitations import open_invitation

INVITED = "invitation"  # the session's key for the token of the invitation that is being followed


def may_sign_up(request: HttpRequest) -> bool:
    token = request.session.get(INVITED, "")
    return bool(settings.ACCOUNT_SIGNUP_OPEN or (token and open_invitation(token)))


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return may_sign_up(request)

    def save_user(
        self, request: HttpRequest, user: models.User, form: Any, commit: bool = True
    ) -> models.User:
        user.name = form.cleaned_data.get("name", "").strip()
        saved: models.User = super().save_user(request, user, form, commit)
        return saved


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002 - allauth's signature
        return may_sign_up(request)

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> models.User:
        user: models.User = super().populate_user(request, sociallogin, data)
        names = (data.get("first_name"), data.get("last_name"))
        user.name = data.get("name") or " ".join(name for name in names if name) or user.email
        return user

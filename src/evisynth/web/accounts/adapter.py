"""How sign-up and sign-in work here: by invitation unless the installation is open, and never locked out by others."""

import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from evisynth.store import models
from evisynth.store.invitations import open_invitation

INVITED = "invitation"  # the session's key for the token of the invitation that is being followed
DEVICE = "evisynth-device"  # the cookie of a browser in which somebody has signed in
DEVICE_AGE = 365 * 24 * 3600


def may_sign_up(request: HttpRequest) -> bool:
    token = request.session.get(INVITED, "")
    return bool(settings.ACCOUNT_SIGNUP_OPEN or (token and open_invitation(token)))


def known_device(request: HttpRequest, email: str) -> str:
    """What tells this browser from others, where the person of this address has signed in with it; else ""."""
    try:
        told = signing.loads(request.COOKIES.get(DEVICE, ""), salt=DEVICE, max_age=DEVICE_AGE)
    except signing.BadSignature:
        return ""
    return str(told["device"]) if told["email"] == email.lower() else ""


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return may_sign_up(request)

    def save_user(
        self, request: HttpRequest, user: models.User, form: Any, commit: bool = True
    ) -> models.User:
        user.name = form.cleaned_data.get("name", "").strip()
        saved: models.User = super().save_user(request, user, form, commit)
        return saved

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Failed tries are counted by account, and apart for a browser in which its owner has signed in before.

        So guesses from many places together are few, and yet whoever guesses cannot keep the owner out.
        """
        key: str = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{key}:{known_device(request, credentials.get('email') or '')}"

    def post_login(self, request: HttpRequest, user: models.User, **details: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **details)
        device = known_device(request, user.email) or secrets.token_urlsafe(16)
        response.set_cookie(
            DEVICE,
            signing.dumps({"email": user.email, "device": device}, salt=DEVICE),
            max_age=DEVICE_AGE,
            path="/accounts/",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
        return response


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:  # noqa: ARG002 - allauth's signature
        return may_sign_up(request)

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> models.User:
        user: models.User = super().populate_user(request, sociallogin, data)
        names = (data.get("first_name"), data.get("last_name"))
        user.name = data.get("name") or " ".join(name for name in names if name) or user.email
        return user

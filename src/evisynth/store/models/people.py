"""Accounts and invitations: who may sign in. A person's part in a review is a Membership."""

import hashlib
import secrets
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone

from evisynth.store.models.protocol import Membership, Review

TOKEN_BYTES = 24  # 192 bits: not to be guessed


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A new account. Without a password nobody can sign in to it until one is set."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """An account, known by its e-mail address."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=150)
    is_active = models.BooleanField(default=True)
    is_administrator = models.BooleanField(default=False)  # may invite people who are in no review yet
    joined = models.DateTimeField(default=timezone.now)
    preferences = models.JSONField(default=dict)  # how pages look and which keys they know, for this person

    objects = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]  # noqa: RUF012 - Django's own type is a list

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = self.email.lower()
        super().save(*args, **kwargs)


class Invitation(models.Model):
    """A link with which one person may join a review, or the installation where no review is named.

    Only the hash of its token is kept: who can read the database cannot use the links.
    """

    review = models.ForeignKey(Review, on_delete=models.CASCADE, null=True, related_name="invitations")
    member = models.ForeignKey(Membership, on_delete=models.CASCADE, null=True, related_name="+")
    email = models.EmailField(blank=True)  # empty: whoever has the link
    name = models.CharField(max_length=150, blank=True)
    roles = models.JSONField(default=list)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created = models.DateTimeField(default=timezone.now)
    expires = models.DateTimeField()
    used = models.DateTimeField(null=True)
    used_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    withdrawn = models.DateTimeField(null=True)

    @property
    def open(self) -> bool:
        return self.used is None and self.withdrawn is None and self.expires > timezone.now()

    @staticmethod
    def new_token() -> tuple[str, str]:
        """A token for the link and the hash to keep."""
        token = secrets.token_urlsafe(TOKEN_BYTES)
        return token, Invitation.hash_of(token)

    @staticmethod
    def hash_of(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()


class Counted(models.Model):
    """What limits of rates remember: the table of Django's database cache, shared by all processes."""

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "store_counted"

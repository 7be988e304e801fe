"""What every page knows: the review it is in, and how the person wants pages to look."""

from typing import Any

from django.http import HttpRequest


def of_every_page(request: HttpRequest) -> dict[str, Any]:
    access = getattr(request, "access", None)
    user = getattr(request, "user", None)
    preferences = user.preferences if user is not None and user.is_authenticated else {}
    return {
        "access": access,
        "review": access.review if access else None,
        "theme": preferences.get("theme", "auto"),
        "text_size": preferences.get("text_size", "normal"),
    }

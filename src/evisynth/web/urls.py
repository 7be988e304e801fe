"""The addresses. Everything of one review is below /r/<slug>/."""

from django.urls import include, path

from evisynth.web.home import urls as home

urlpatterns = [
    path("accounts/", include("evisynth.web.accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("", include(home)),
]

handler400 = "evisynth.web.errors.bad_request"
handler403 = "evisynth.web.errors.forbidden"
handler404 = "evisynth.web.errors.not_found"
handler500 = "evisynth.web.errors.server_error"

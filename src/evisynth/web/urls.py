"""The addresses. Everything of one review is below /r/<slug>/."""

from django.urls import include, path

from evisynth.web.home import urls as home

urlpatterns = [
    path("accounts/", include("evisynth.web.accounts.urls")),
    path("accounts/", include("allauth.urls")),
    path("", include(home)),
    path("", include("evisynth.web.protocol.urls")),
    path("", include("evisynth.web.team.urls")),
    path("", include("evisynth.web.search.urls")),
    path("", include("evisynth.web.jobs.urls")),
    path("", include("evisynth.web.screening.urls")),
    path("", include("evisynth.web.fulltext.urls")),
    path("", include("evisynth.web.conflicts.urls")),
    path("", include("evisynth.web.studies.urls")),
    path("", include("evisynth.web.exchange.urls")),
    path("", include("evisynth.web.history.urls")),
    path("", include("evisynth.web.agreement.urls")),
    path("", include("evisynth.web.flow.urls")),
]

handler400 = "evisynth.web.errors.bad_request"
handler403 = "evisynth.web.errors.forbidden"
handler404 = "evisynth.web.errors.not_found"
handler500 = "evisynth.web.errors.server_error"

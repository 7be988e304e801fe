from django.urls import path

from evisynth.web.team import settings_views, views

urlpatterns = [
    path("r/<slug:slug>/team/", views.team, name="team"),
    path("r/<slug:slug>/team/invite/", views.invite, name="team-invite"),
    path("r/<slug:slug>/team/leave/", views.leave, name="team-leave"),
    path(
        "r/<slug:slug>/team/invitations/<int:invitation>/withdraw/",
        views.withdraw_invitation,
        name="team-withdraw-invitation",
    ),
    path("r/<slug:slug>/team/people/<str:person>/roles/", views.roles, name="team-roles"),
    path("r/<slug:slug>/team/people/<str:person>/remove/", views.remove, name="team-remove"),
    path("r/<slug:slug>/team/people/<str:person>/bring-back/", views.bring_back, name="team-bring-back"),
    path("r/<slug:slug>/settings/", settings_views.settings, name="review-settings"),
    path("r/<slug:slug>/settings/reasons/", settings_views.reasons, name="review-reasons"),
    path("r/<slug:slug>/settings/labels/", settings_views.labels, name="review-labels"),
    path("r/<slug:slug>/settings/portions/<str:stage>/", settings_views.portions, name="review-portions"),
]

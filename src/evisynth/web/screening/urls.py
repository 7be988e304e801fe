from django.urls import path

from evisynth.web.screening import listing, personal, views

urlpatterns = [
    path("r/<slug:slug>/screening/", views.screen, name="screening"),
    path("r/<slug:slug>/screening/vote/", views.decide, name="screening-vote"),
    path("r/<slug:slug>/screening/undo/", views.undo, name="screening-undo"),
    path("r/<slug:slug>/screening/next/", views.skip, name="screening-next"),
    path("r/<slug:slug>/screening/back/", views.back, name="screening-back"),
    path("r/<slug:slug>/screening/postpone/", views.put_off, name="screening-postpone"),
    path("r/<slug:slug>/screening/note/", views.note, name="screening-note"),
    path("r/<slug:slug>/screening/note/remove/", views.unnote, name="screening-note-remove"),
    path("r/<slug:slug>/screening/label/", views.label, name="screening-label"),
    path("r/<slug:slug>/screening/label/remove/", views.unlabel, name="screening-label-remove"),
    path("r/<slug:slug>/screening/record/<str:key>/", listing.record, name="screening-record"),
    path("r/<slug:slug>/screening/list/", listing.records, name="screening-list"),
    path("r/<slug:slug>/screening/list/decide/", listing.decide_many, name="screening-decide-many"),
    path("r/<slug:slug>/screening/list/undo/", listing.undo_many, name="screening-undo-many"),
    path("r/<slug:slug>/screening/keys/", personal.keys, name="screening-keys"),
    path("r/<slug:slug>/screening/hide/", personal.hide, name="screening-hide"),
]

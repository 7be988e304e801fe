from django.urls import path

from evisynth.web.history import views

urlpatterns = [
    path("r/<slug:slug>/history/", views.history, name="history"),
    path("r/<slug:slug>/history/verify/", views.verified, name="history-verify"),
    path("r/<slug:slug>/history/<int:number>/undo/", views.undo, name="history-undo"),
]

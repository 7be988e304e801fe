from django.urls import path

from evisynth.web.protocol import views

urlpatterns = [
    path("r/<slug:slug>/protocol/", views.protocol, name="protocol"),
    path("r/<slug:slug>/protocol/question/", views.question, name="protocol-question"),
    path("r/<slug:slug>/protocol/lock/", views.lock, name="protocol-lock"),
    path("r/<slug:slug>/protocol/<str:part>/new/", views.new_row, name="protocol-new"),
    path("r/<slug:slug>/protocol/<str:part>/<str:row>/", views.change_row, name="protocol-row"),
    path("r/<slug:slug>/protocol/<str:part>/<str:row>/delete/", views.delete_row, name="protocol-delete"),
]

from django.urls import path

from evisynth.web.flow import views

urlpatterns = [
    path("r/<slug:slug>/flow/", views.flow, name="flow"),
    path("r/<slug:slug>/flow/prisma-flow.<str:kind>", views.figure, name="flow-figure"),
    path("r/<slug:slug>/records/<str:box>/", views.records, name="records-in"),
]

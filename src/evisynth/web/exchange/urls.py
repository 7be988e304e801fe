from django.urls import path

from evisynth.web.exchange import views

urlpatterns = [
    path("reviews/load/", views.load, name="load-review"),
    path("work/<int:number>/file/", views.file, name="work-file"),
    path("r/<slug:slug>/export/", views.export, name="export"),
    path("r/<slug:slug>/export/folder/", views.folder, name="export-folder"),
    path("r/<slug:slug>/export/decisions.csv", views.decisions, name="export-decisions"),
    path("r/<slug:slug>/export/list/<str:box>.<str:kind>", views.record_list, name="export-list"),
]

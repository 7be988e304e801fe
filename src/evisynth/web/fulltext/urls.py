from django.urls import path

from evisynth.web.fulltext import files, views

OF_REVIEW = "r/<slug:slug>/full-text/"
OF_RECORD = OF_REVIEW + "<str:record>/"

urlpatterns = [
    path(OF_REVIEW, views.reports, name="full-text"),
    path(OF_RECORD, views.report, name="report"),
    path(OF_RECORD + "vote/", views.vote, name="report-vote"),
    path(OF_RECORD + "take-back/", views.take_back, name="report-take-back"),
    path(OF_RECORD + "retrieval/", views.retrieve, name="report-retrieval"),
    path(OF_RECORD + "files/", files.upload, name="report-upload"),
    path(OF_RECORD + "files/<int:file>/", files.show, name="report-file"),
    path(OF_RECORD + "files/<int:file>/download/", files.save, name="report-file-download"),
    path(OF_RECORD + "files/<int:file>/remove/", files.remove, name="report-file-remove"),
]

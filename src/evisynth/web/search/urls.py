from django.urls import path

from evisynth.web.search import duplicates_views, sources_views, uploads_views

urlpatterns = [
    path("r/<slug:slug>/searches/", sources_views.searches, name="searches"),
    path("r/<slug:slug>/searches/new/", sources_views.source_new, name="source-new"),
    path("r/<slug:slug>/searches/of/<str:source>/", sources_views.source_page, name="source"),
    path("r/<slug:slug>/searches/of/<str:source>/change/", sources_views.source_change, name="source-change"),
    path("r/<slug:slug>/searches/of/<str:source>/remove/", sources_views.source_remove, name="source-remove"),
    path("r/<slug:slug>/searches/uploads/", uploads_views.uploads, name="uploads"),
    path("r/<slug:slug>/searches/uploads/send/", uploads_views.send, name="uploads-send"),
    path("r/<slug:slug>/searches/uploads/plan/", uploads_views.plan, name="uploads-plan"),
    path("r/<slug:slug>/searches/uploads/<int:upload>/", uploads_views.preview, name="upload-preview"),
    path("r/<slug:slug>/duplicates/", duplicates_views.duplicates, name="duplicates"),
    path("r/<slug:slug>/duplicates/check/", duplicates_views.check, name="duplicates-check"),
    path("r/<slug:slug>/duplicates/merge/", duplicates_views.merge_two, name="duplicates-merge"),
    path("r/<slug:slug>/duplicates/decide/", duplicates_views.decide, name="duplicates-decide"),
    path("r/<slug:slug>/duplicates/take-out/", duplicates_views.take_out_one, name="duplicates-take-out"),
    path("r/<slug:slug>/duplicates/decisions/", duplicates_views.decisions, name="duplicates-decisions"),
    path("r/<slug:slug>/duplicates/undo/", duplicates_views.undo, name="duplicates-undo"),
]

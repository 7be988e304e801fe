from django.urls import path

from evisynth.web.conflicts import views

OF_REVIEW = "r/<slug:slug>/conflicts/"
OF_ITEM = OF_REVIEW + "<slug:stage>/<str:record>/"

urlpatterns = [
    path(OF_REVIEW, views.conflicts, name="conflicts"),
    path(OF_ITEM, views.conflict, name="conflict"),
    path(OF_ITEM + "settle/", views.settle, name="conflict-settle"),
    path(OF_ITEM + "reopen/", views.reopen, name="conflict-reopen"),
]

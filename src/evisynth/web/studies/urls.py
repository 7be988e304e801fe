from django.urls import path

from evisynth.web.studies import views

OF_REVIEW = "r/<slug:slug>/studies/"
# Without a slash at the end: with one it is the page of a study, whatever that is called.
OF_STUDY = OF_REVIEW + "<slug:study>/"

urlpatterns = [
    path(OF_REVIEW, views.studies, name="studies"),
    path(OF_REVIEW + "new", views.new, name="study-new"),
    path(OF_REVIEW + "link", views.link_named, name="study-link-named"),
    path(OF_REVIEW + "without-study", views.without, name="reports-without-study"),
    path(OF_REVIEW + "undo/<int:number>", views.undo, name="study-undo"),
    path(OF_STUDY, views.study, name="study"),
    path(OF_STUDY + "change/", views.change, name="study-change"),
    path(OF_STUDY + "link/", views.link, name="study-link"),
    path(OF_STUDY + "unlink/", views.unlink, name="study-unlink"),
    path(OF_STUDY + "primary/", views.primary, name="study-primary"),
    path(OF_STUDY + "merge/", views.merge, name="study-merge"),
    path(OF_STUDY + "split/", views.split, name="study-split"),
    path(OF_STUDY + "remove/", views.remove, name="study-remove"),
]

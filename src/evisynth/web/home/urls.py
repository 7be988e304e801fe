from django.urls import path

from evisynth.web.home import views

urlpatterns = [
    path("", views.my_work, name="my-work"),
    path("reviews/new/", views.start_review, name="start-review"),
    path("healthy/", views.healthy, name="healthy"),
    path("r/<slug:slug>/", views.review_home, name="review-home"),
]

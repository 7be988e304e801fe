from django.urls import path

from evisynth.web.jobs import views

urlpatterns = [
    path("work/<int:number>/", views.own_job, name="work"),
    path("r/<slug:slug>/jobs/", views.jobs, name="jobs"),
    path("r/<slug:slug>/jobs/<int:job>/", views.job_page, name="job"),
]

from django.urls import path

from evisynth.web.agreement import views

urlpatterns = [path("r/<slug:slug>/agreement/", views.agreement, name="agreement")]

from django.urls import path

from evisynth.web.accounts import views

urlpatterns = [
    path("", views.account, name="account"),
    path("join/<str:token>/", views.join, name="join"),
]

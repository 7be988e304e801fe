from django.urls import path

from evisynth.web.accounts import views

urlpatterns = [
    path("", views.account, name="account"),
    path("password/reset/", views.forgotten, name="account_reset_password"),
    path("join/<str:token>/", views.join, name="join"),
]

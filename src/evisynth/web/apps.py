from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "evisynth.web"
    verbose_name = "Evisynth's pages"

from django.apps import AppConfig


class StoreConfig(AppConfig):
    name = "evisynth.store"
    label = "store"
    verbose_name = "Evisynth"

"""Names of the stages of screening, for the pages of the team."""

from django import template

from evisynth.store.team import STAGE_NAMES

register = template.Library()


@register.filter
def stage_name(stage: str) -> str:
    return STAGE_NAMES.get(stage, stage)

"""Tags and filters that every template has without loading them."""

from django import template

from strongcities import text

register = template.Library()
register.filter("markdown", text.markdown)

"""The site with one page more, which holds nothing but the base template: what every page costs before its content."""

import os
import sys
from types import ModuleType

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cog.settings")

from cog.wsgi import application

__all__ = ["application"]

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import clear_url_caches, include, path

from cog import urls as site_urls

CONTENT = """{% extends "layout/base.html" %}
{% block title %}Page vide{% endblock %}
{% block main %}<h1>Page vide</h1>{% endblock %}"""


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(CONTENT).render({}, request))


urls = ModuleType("urls_with_empty_page")
urls.urlpatterns = [path("mesure/page-vide/", empty), path("", include(settings.ROOT_URLCONF))]
for _name in ("handler400", "handler403", "handler404", "handler500"):
    setattr(urls, _name, getattr(site_urls, _name))
sys.modules["urls_with_empty_page"] = urls
settings.ROOT_URLCONF = "urls_with_empty_page"
clear_url_caches()

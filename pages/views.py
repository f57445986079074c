"""The public site."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from strongcities.access import public, signed_in


@public
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/home.html")


@public
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/about.html")


@signed_in
def desk(request: HttpRequest) -> HttpResponse:
    return render(request, "pages/desk.html")

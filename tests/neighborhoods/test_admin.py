"""Django's administration keeps places and subjects; accounts have pages of their own, where every act leaves a row."""

from django.contrib import admin

from neighborhoods.models import Category, User


def test_accounts_are_not_kept_here():
    assert admin.site.is_registered(Category)
    assert not admin.site.is_registered(User)

"""Whoever keeps the accounts says what the public reads of each."""

import pytest
from django.urls import reverse

from neighborhoods.models import User


@pytest.mark.django_db
def test_how_an_account_signs_is_asked_for(admin_client):
    officer = User.objects.create(username="officer")
    page = admin_client.get(reverse("admin:neighborhoods_user_change", args=[officer.pk])).content.decode()
    assert 'name="signs_as"' in page

"""People who sign in. A resident needs no account to be heard."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """An account; what it may do is said in each room's rules."""

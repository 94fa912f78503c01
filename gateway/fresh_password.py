"""Passwords that the house makes and a person types once from paper."""

import secrets

# Without characters that are mistaken for one another on paper.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def fresh_password() -> str:
    """About 79 bits, in groups a person can type."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))

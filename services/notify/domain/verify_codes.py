"""The code by which a copy of a document is verified."""

# Crockford's base 32: no I, L, O, U, so that a code is typed from paper without a mistake.
CODE_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 16
CODE_BYTES = 10


def code_of(random: bytes) -> str:
    """random: 10 bytes."""
    bits = int.from_bytes(random, "big")
    return "".join(CODE_SIGNS[bits >> (5 * place) & 31] for place in range(CODE_LENGTH))

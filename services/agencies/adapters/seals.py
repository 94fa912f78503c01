"""Ed25519 signatures of certificates."""

from shared import keys


class Ed25519Seals:
    def new_key(self) -> tuple[str, str]:
        private = keys.new_key(keys.ED25519)
        return private, keys.public_key(private)

    def verifies(self, public: str, key_id: str, value: str, content: bytes) -> bool:
        return keys.verifies(public, keys.Signature(keys.ED25519, key_id, value), content)

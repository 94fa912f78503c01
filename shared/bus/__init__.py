"""The bus as plain kombu: addresses, names, serializer, Valkey transport, publisher, RPC client. No nameko, no eventlet."""

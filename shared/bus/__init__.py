"""The bus as plain kombu: addresses, names, serializer, transport, publisher, RPC client. No nameko or eventlet."""

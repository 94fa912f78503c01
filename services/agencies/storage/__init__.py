"""Tables, stores and scope of the agencies service."""

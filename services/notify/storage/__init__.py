"""Tables, whole notices in and out, numbers, scope."""

"""What stands behind the ports: Jinja2 templates, registers on disk."""

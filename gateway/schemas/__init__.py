"""What the API itself says and takes, beside the contracts of the services."""

"""The gateway's own database: identity and nothing else."""

"""Pure rules of tasks, their deliveries, endpoints and results."""

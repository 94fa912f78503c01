"""Agencies: who acts and how their systems are reached: tasks, endpoints, deliveries, typed results."""

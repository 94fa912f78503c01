"""Counts for the landing page of an office."""

from gateway.forwarding import Api, QueryRoute
from shared.contracts.cases import GetStatistics, Statistics


def add_to(api: Api) -> None:
    api.query(QueryRoute("cases", GetStatistics, "/statistics", Statistics), "statistics")

"""`python -m services.agencies.storage.renew_log --reason …`: a new identity for the log after a restore."""

from services.agencies.settings import AgenciesData
from shared import log_renewal

if __name__ == "__main__":
    settings = AgenciesData()
    log_renewal.main("agencies", settings.agencies_dsn, settings)

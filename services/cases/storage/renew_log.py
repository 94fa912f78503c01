"""`python -m services.cases.storage.renew_log --reason …`: a new identity for the log of cases after a restore."""

from services.cases.settings import CasesData
from shared import log_renewal

if __name__ == "__main__":
    settings = CasesData()
    log_renewal.main("cases", settings.cases_dsn, settings)

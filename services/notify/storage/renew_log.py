"""`python -m services.notify.storage.renew_log --reason …`: a new identity for the log of notify after a restore."""

from services.notify.settings import NotifyData
from shared import log_renewal

if __name__ == "__main__":
    settings = NotifyData()
    log_renewal.main("notify", settings.notify_dsn, settings)

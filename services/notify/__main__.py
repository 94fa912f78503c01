"""The service process: `python -m services.notify`. Green before anything else is imported."""

from shared.host.patching import patch

patch()

from services.notify.service import NotifyService  # noqa: E402
from services.notify.settings import NotifySettings  # noqa: E402
from shared.host.service import run  # noqa: E402

run(NotifyService, NotifySettings())

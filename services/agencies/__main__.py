"""The service process: `python -m services.agencies`. Green before anything else is imported."""

from shared.host.patching import patch

patch()

from services.agencies.service import AgenciesService  # noqa: E402
from services.agencies.settings import AgenciesSettings  # noqa: E402
from shared.host.service import run  # noqa: E402

run(AgenciesService, AgenciesSettings())

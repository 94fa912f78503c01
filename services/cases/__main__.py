"""The service process: `python -m services.cases`. Green before anything else is imported."""

from shared.host.patching import patch

patch()

from services.cases.service import CasesService  # noqa: E402
from services.cases.settings import CasesSettings  # noqa: E402
from shared.host.service import run  # noqa: E402

run(CasesService, CasesSettings())

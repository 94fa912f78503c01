"""Working lists, what is stuck and with whom, search; a list as a spreadsheet."""

from starlette.requests import Request
from starlette.responses import Response

from gateway.forwarding import Api, QueryRoute, asked
from gateway.routers.sheet_answers import UNSAID, sheet_answer, sheet_of_pages
from gateway.sheets import XlsxResponse
from shared.contracts.base import Page
from shared.contracts.sheets import SheetPage
from shared.contracts.work import GetStuck, ListWork, Search, StuckBoard, WorkRow
from shared.contracts.work_exports import ExportWork

_TAG = "work"
_EXPORT = QueryRoute("cases", ExportWork, "/work/export.xlsx", SheetPage)


def add_to(api: Api) -> None:
    api.query(QueryRoute("cases", ListWork, "/work", Page[WorkRow]), _TAG)
    api.query(QueryRoute("cases", GetStuck, "/work/stuck", StuckBoard), _TAG)
    api.query(QueryRoute("cases", Search, "/search", Page[WorkRow]), _TAG)
    api.add(
        _EXPORT.path,
        export,
        method="GET",
        tag=_TAG,
        name="work-export",
        about=ExportWork.__doc__,
        view=None,
        status=200,
        parameters=_EXPORT.parameters(UNSAID),
        answers=XlsxResponse,
    )


async def export(request: Request) -> Response:
    call = await asked(request)
    sheet = await sheet_of_pages("工作清单", call, "cases", ExportWork, _EXPORT.read(request, UNSAID))
    return await sheet_answer(sheet, "work", "工作清单")

"""The agencies: how each is reached and how that works, what a person does about it, and the door for their answers."""

from gateway.forwarding import Api, CommandRoute, QueryRoute
from gateway.schemas.endpoint import (
    AgencyEndpointAddress,
    CertificateGiven,
    KitProtocol,
    NewPartnerKey,
    NoBody,
    PauseReason,
    Subject,
    TrialSubject,
)
from shared.contracts.agency_certificates import (
    CertificateList,
    CertificateView,
    IssueKit,
    KitView,
    ListCertificates,
    SubmitCertificate,
)
from shared.contracts.agency_endpoints import (
    AgencyList,
    AnswerPage,
    AnswerReceipt,
    AnswerTask,
    ConfigureEndpoint,
    EndpointView,
    ListAgencies,
    ListAnswers,
    PauseEndpoint,
    ResendDelivery,
    ResendView,
    ResumeEndpoint,
    RotateEndpointKey,
    TrialView,
    TryDelivery,
)
from shared.contracts.base import Command, Contract, View

_TAG = "agencies"


def _of_agency(
    command: type[Command], view: type[View], body: type[Contract], *, path: str = "", method: str = "POST"
) -> CommandRoute:
    return CommandRoute(
        "agencies",
        command,
        f"/agencies/{{agency}}/{path or command.verb}",
        view,
        target=None,
        method=method,
        from_path={"agency": "agency"},
        body=body,
    )


def add_to(api: Api) -> None:
    api.query(QueryRoute("agencies", ListAgencies, "/agencies", AgencyList), _TAG)
    of_agency = QueryRoute("agencies", ListCertificates, "/agencies/{agency}/certificates", CertificateList)
    api.query(of_agency, _TAG)
    api.query(QueryRoute("agencies", ListAnswers, "/answers", AnswerPage), _TAG)
    api.command(CommandRoute("agencies", AnswerTask, "/answers", AnswerReceipt, target=None), _TAG)
    for route in (
        _of_agency(ConfigureEndpoint, EndpointView, AgencyEndpointAddress, path="endpoint", method="PUT"),
        _of_agency(RotateEndpointKey, EndpointView, NewPartnerKey),
        _of_agency(PauseEndpoint, EndpointView, PauseReason),
        _of_agency(ResumeEndpoint, EndpointView, NoBody),
        _of_agency(TryDelivery, TrialView, TrialSubject),
        _of_agency(ResendDelivery, ResendView, Subject),
        _of_agency(IssueKit, KitView, KitProtocol, path="kits"),
        _of_agency(SubmitCertificate, CertificateView, CertificateGiven, path="certificates"),
    ):
        api.command(route, _TAG)

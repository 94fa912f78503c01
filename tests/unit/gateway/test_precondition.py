"""The If-Match of a program that acts on what is there: asked for when the gateway wants it, anew when it was stale."""

import httpx

from gateway.cli.precondition import Precondition


def _refused(status: int = 428) -> httpx.Response:
    return httpx.Response(status, json={"facts": {"resource": "/api/v1/cases/7"}})


def test_what_needs_no_version_is_sent_as_it_is() -> None:
    wanted = Precondition()
    assert wanted.headers == {}
    assert wanted.asks_for(httpx.Response(200)) == ""
    assert wanted.asks_for(None) == ""


def test_the_etag_is_asked_where_the_refusal_says_and_again_when_it_is_stale() -> None:
    wanted = Precondition()
    assert wanted.asks_for(_refused()) == "/cases/7"
    wanted.learn(httpx.Response(200, headers={"ETag": '"3"'}))
    assert wanted.headers == {"If-Match": '"3"'}
    assert wanted.asks_for(httpx.Response(412, json={})) == "/cases/7"
    wanted.learn(httpx.Response(200, headers={"ETag": '"4"'}))
    assert wanted.headers == {"If-Match": '"4"'}


def test_what_is_not_shown_is_left_to_the_service() -> None:
    wanted = Precondition()
    wanted.asks_for(_refused())
    wanted.learn(httpx.Response(404))
    assert wanted.headers == {"If-Match": '"0"'}


def test_who_decided_on_a_version_hears_that_it_is_stale() -> None:
    wanted = Precondition(3)
    assert wanted.headers == {"If-Match": '"3"'}
    assert wanted.asks_for(httpx.Response(412, json={})) == ""


def test_it_gives_up_some_day() -> None:
    wanted = Precondition()
    asked = 0
    while wanted.asks_for(_refused()):
        wanted.learn(None)
        asked += 1
    assert asked == 10

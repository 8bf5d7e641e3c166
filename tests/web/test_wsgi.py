"""Who stops sending holds no hand of the server for long."""

import socket

from web import wsgi


def asked(monkeypatch, **more):
    heard = []
    monkeypatch.setattr(wsgi, "_site", lambda environ, start: heard.append(environ) or [b"done"])
    assert wsgi.application({"PATH_INFO": "/", **more}, lambda *args: None) == [b"done"]
    return heard[0]


def test_a_silent_line_is_given_up(monkeypatch):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        asked(monkeypatch, **{"gunicorn.socket": ours})
        assert ours.gettimeout() == wsgi.IDLE_S


def test_another_server_is_left_to_itself(monkeypatch):
    assert asked(monkeypatch) == {"PATH_INFO": "/"}

"""A real OpenID Connect provider in a process of its own: `python -m tests.enrolment.oidc_server`.

oidc-provider-mock, to which two things are added: it can sign the user's information as ProConnect
does, and it can be told to falsify it. It prints its port, then serves until it is ended.
"""

from __future__ import annotations

from typing import Any

import flask
import oidc_provider_mock
from authlib import jose
from oidc_provider_mock._storage import storage
from werkzeug.serving import make_server


def make_app() -> flask.Flask:
    """The provider, with an address from which its answers are controlled."""
    app = oidc_provider_mock.app(require_nonce=True)
    control: dict[str, Any] = {}
    asked: list[dict[str, str]] = []

    @app.put("/control")
    def set_control() -> tuple[str, int]:
        control.clear()
        control.update(flask.request.get_json())
        return "", 204

    @app.get("/asked")
    def get_asked() -> flask.Response:
        return flask.jsonify(asked)

    @app.after_request
    def transform(response: flask.Response) -> flask.Response:
        if flask.request.path == "/oauth2/authorize":
            asked.append(dict(flask.request.args))
        if flask.request.path != "/userinfo" or response.status_code != 200:
            return response
        claims = {**response.get_json(), **control.get("lies", {})}
        if not control.get("signs_userinfo"):
            return flask.jsonify(claims)
        return flask.Response(_signed(claims, control), content_type="application/jwt")

    return app


def _signed(claims: dict[str, Any], control: dict[str, Any]) -> bytes:
    key = true_key = storage.jwk
    if control.get("signs_with_another_key"):
        key = jose.JsonWebKey.generate_key("RSA", 2048, is_private=True)
    header = {"alg": "RS256", "kid": true_key.as_dict(add_kid=True)["kid"]}
    claims = {"iss": flask.request.host_url.rstrip("/"), "aud": control["audience"], **claims}
    token: bytes = jose.jwt.encode(header, claims, key)
    return token


if __name__ == "__main__":
    server = make_server("127.0.0.1", 0, make_app(), threaded=True)
    print(server.server_port, flush=True)
    server.serve_forever()

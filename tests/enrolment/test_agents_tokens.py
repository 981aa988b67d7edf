"""Tokens of the agents' provider: what is not signed, for us, in force, is refused."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from cryptography.hazmat.primitives.asymmetric import rsa

from segur_portal.proconnect.tokens import verified_claims

ISSUER, US = "https://fca.example.fr", "portail-segur"
KEY, OTHER = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))


def good() -> dict[str, Any]:
    """The claims of a token in force for ten minutes from now."""
    return {"iss": ISSUER, "aud": US, "sub": "1", "exp": time.time() + 600}


def keys(*private: rsa.RSAPrivateKey) -> dict[str, Any]:
    algorithm = jwt.algorithms.RSAAlgorithm
    found = [json.loads(algorithm.to_jwk(one.public_key())) for one in private]
    return {"keys": [{**one, "kid": str(rank), "alg": "RS256"} for rank, one in enumerate(found)]}


def read(token: str, known: Any = None) -> dict[str, Any]:
    return verified_claims(token, known or keys(KEY), issuer=ISSUER, audience=US)


def signed(key: Any = KEY, alg: str = "RS256", kid: str | None = None, **changes: Any) -> str:
    claims = {name: value for name, value in {**good(), **changes}.items() if value is not None}
    return jwt.encode(claims, key, alg, headers={"kid": kid} if kid else None)


def test_a_good_token_is_read() -> None:
    """Whether it names its key or not, among several."""
    assert read(signed())["sub"] == "1"
    both = keys(OTHER, KEY)
    assert read(signed(), both)["sub"] == "1"
    assert read(signed(kid="1"), both)["sub"] == "1"


# Made when the test runs: a whole run lasts longer than a token.
REFUSED: dict[str, Callable[[], str]] = {
    "another key": lambda: signed(OTHER),
    "unknown key": lambda: signed(kid="9"),
    "another issuer": lambda: signed(iss="https://ailleurs.fr"),
    "another portal": lambda: signed(aud="autre-portail"),
    "expired": lambda: signed(exp=time.time() - 600),
    "about nobody": lambda: signed(sub=None),
    "for nobody": lambda: signed(aud=None),
    "unsigned": lambda: jwt.encode(good(), "", "none"),
    "shared secret": lambda: jwt.encode(good(), "a-shared-secret-of-thirty-two-bytes!", "HS256"),
    "cut": lambda: signed()[:-4],
    "no token": lambda: "pas un jeton",
    "empty": lambda: "",
}


@pytest.mark.parametrize("name", REFUSED)
def test_any_other_is_refused(name: str) -> None:
    """Another key, an unknown one, another issuer or portal, expired, unsigned, shared secret."""
    with pytest.raises(OAuth2Error):
        read(REFUSED[name]())


@pytest.mark.parametrize("known", [{"keys": []}, {}, [], "x"])
def test_keys_that_are_none_are_refused(known: Any) -> None:
    """Nothing is trusted without a key."""
    with pytest.raises(OAuth2Error):
        verified_claims(signed(), known, issuer=ISSUER, audience=US)

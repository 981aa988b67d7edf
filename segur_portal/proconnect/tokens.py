"""Tokens of the agents' provider: signature, issuer, audience and dates are all checked."""

from __future__ import annotations

from typing import Any

import jwt
from allauth.socialaccount.providers.oauth2.client import OAuth2Error

# Asymmetric only: with a shared secret whoever reads the key could sign.
ALGORITHMS = ("RS256", "PS256", "ES256")
# Seconds by which two clocks may differ.
LEEWAY = 30


def verified_claims(token: str, keys: Any, *, issuer: str, audience: str) -> dict[str, Any]:
    """The claims of a token signed by one of `keys` (a JWK set), for this portal, in force.

    A token that names no key may be signed by any of them. Raises OAuth2Error otherwise.
    """
    try:
        wanted = jwt.get_unverified_header(token).get("kid")
        known = jwt.PyJWKSet.from_dict(keys).keys
    except (jwt.PyJWTError, AttributeError) as failure:
        raise OAuth2Error("Unreadable token or keys") from failure
    refusal: jwt.PyJWTError | None = None
    for key in known:
        if wanted is not None and key.key_id != wanted:
            continue
        try:
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=list(ALGORITHMS),
                issuer=issuer,
                audience=audience,
                leeway=LEEWAY,
                options={"require": ["iss", "aud", "sub"]},
            )
        except jwt.PyJWTError as failure:
            refusal = failure
        else:
            return claims
    raise OAuth2Error("Invalid token") from refusal

"""Reading and checking a clean file of 200 requests costs little more than parsing and deciding.

The floor is orjson and jsonschema-rs alone on the same bytes. The aim is twice the floor; measured
on a quiet machine 2.1 (imaging advance: 1,600 lines, 350 kB), 2.3 (MDV), 2.8 (balance, 3 ms: the
cost per request then weighs more). The bound is wider, so that a busy machine does not fail: it
catches a slow path taken by clean files (10 and more).
"""

from statistics import median
from time import perf_counter

import orjson
import pytest

from funding.intake import Envelope, Limits, check_structure, formats, read_envelope
from tests.builders import KINDS, SCHEMES, SIRET, a_file, a_filename

MOST = 5.0


def elapsed(function):
    started = perf_counter()
    function()
    return perf_counter() - started


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_clean_file(scheme, kind):
    data = a_file(scheme, kind, requests=200)
    name, limits = a_filename(scheme, kind), Limits()
    decider = formats.request_format("1.0", scheme, kind).shape.decider

    def floor():
        assert all(decider.is_valid(request) for request in orjson.loads(data)["demandes"])

    def ours():
        envelope = read_envelope(data, filename=name, supplier_siret=SIRET, limits=limits)
        assert isinstance(envelope, Envelope)
        assert not any(structure.findings for structure in check_structure(envelope))

    floor(), ours()
    times = [(elapsed(floor), elapsed(ours)) for _ in range(30)]
    ratio = median(mine / least for least, mine in times)
    assert ratio < MOST, f"{ratio:.2f} times the floor"

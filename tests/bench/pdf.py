"""PDFs issued: how long a two-page letter takes to lay out in a warm process, and its memory."""

from __future__ import annotations

import resource
import statistics
from collections.abc import Iterator
from functools import partial
from types import SimpleNamespace

from funding.report.paper import model_data
from segur_portal.common import clock
from segur_portal.common.models import Scheme
from segur_portal.common.pdf import render_pdf
from tests.bench.figures import Figure, elapsed_ms
from tests.builders import a_request
from tests.factories import the_programme

ROUNDS = 30
RIS = "SONS-IMG-RIS-Va2"


def figures() -> Iterator[Figure]:
    """A purchase order of seven lines, on two pages, as PDF/UA-1 then with data as PDF/A-3u."""
    the_programme()
    data = model_data("purchase_order", Scheme.objects.get(pk=RIS), payload=a_request(RIS))
    document = SimpleNamespace(
        get_kind_display="Modèle de document",
        reference="MDL-20260915-000001",
        written_code="K7QM-2WXT-9HDA-4RNE",
        issued_at=clock.now(),
    )
    context = {**data, "document": document, "verification_url": "https://portail.example/"}
    yield Figure("pdf-first", elapsed_ms(lambda: render_pdf("pdf/model.html", context)), "ms")
    attachment = ("donnees.json", b"{}" * 1_000)
    for name, file in (("pdf-letter", None), ("pdf-letter-with-data", attachment)):
        draw = partial(render_pdf, "pdf/model.html", context, attachment=file)
        taken = [elapsed_ms(draw) for _ in range(ROUNDS)]
        yield Figure(f"{name}-p50", statistics.median(taken), "ms")
        yield Figure(f"{name}-p95", statistics.quantiles(taken, n=20)[-1], "ms")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    yield Figure("pdf-process-memory", peak, "MiB")

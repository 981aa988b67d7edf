"""Messages on requests and a dispute, in several states, for the visitor to read and go on."""

from __future__ import annotations

from datetime import date
from io import BytesIO

from django.core.files.base import File

from funding.actions.disputes import answer_dispute, contest, contestable, open_dispute
from funding.actions.messages import send_message
from funding.models import DepositLine, Dispute, FundingRequest
from segur_portal.common.workflow import ForbiddenMoveError

from .papers import a_pdf
from .people import Cast, morning
from .story import Story

_ASKED, _OPENED, _ANSWERED = date(2026, 9, 8), date(2026, 9, 10), date(2026, 9, 14)
_QUESTION = "Produisez le bon de commande signé du client et tout écrit qui confirme son choix."


class Exchanges:
    """Told at the end of the story: words about requests that exist by then."""

    def __init__(self, cast: Cast, story: Story) -> None:
        self.cast, self.story = cast, story

    def tell(self) -> None:
        """Have each word said on its day."""
        self.story.tell(morning(_ASKED, 11), self._ask)
        self.story.tell(morning(_ASKED, 15), self._contest)
        self.story.tell(morning(_OPENED, 10), self._open)
        self.story.tell(morning(_ANSWERED, 11), self._answer)

    def _ask(self) -> None:
        """Two questions of an officer on requests in instruction; the first is answered."""
        found = FundingRequest.objects.filter(state="in_instruction").order_by("pk")
        for rank, request in enumerate(found[:2]):
            officer = self.cast.officer_of(request.scheme_id, request.pk)
            send_message(
                request=request,
                author=officer,
                text="Le client a-t-il déménagé ? Son adresse n’est plus celle de la commande.",
                expects_answer=True,
            )
            if rank == 0:
                send_message(
                    request=request,
                    author=self.cast.depositor_of(request.supplier_id),
                    text="Oui, en juin. Voici le courrier qu’il nous a adressé.",
                    files=[_pdf("courrier-du-client.pdf", "Nous avons changé de locaux.")],
                )

    def _contest(self) -> None:
        """The first KO request whose client another supplier holds."""
        lines = DepositLine.objects.filter(outcome="ko").select_related("deposit__supplier")
        for line in lines.order_by("-pk"):
            if not contestable(line):
                continue
            try:
                contest(
                    line=line,
                    user=line.deposit.deposited_by,
                    text="Ce client nous a choisis : voici le bon de commande qu’il a signé.",
                    content=_pdf("bon-de-commande-signe.pdf", "BON DE COMMANDE"),
                )
            except ForbiddenMoveError:
                continue
            return

    def _open(self) -> None:
        for dispute in Dispute.objects.filter(state="contested"):
            officer = self.cast.officer_of(dispute.scheme_id, dispute.request_id)
            open_dispute(dispute, actor=officer, question=_QUESTION)

    def _answer(self) -> None:
        """The challenger has answered; the other party still may."""
        for dispute in Dispute.objects.filter(state="open"):
            answer_dispute(
                dispute,
                supplier=dispute.challenger,
                user=self.cast.depositor_of(dispute.challenger_id),
                text="Le client confirme son choix par courrier du 2 septembre.",
                content=_pdf("courrier.pdf", "Nous confirmons notre choix."),
            )


def _pdf(name: str, words: str) -> File[bytes]:
    return File(BytesIO(a_pdf([words])), name=name)

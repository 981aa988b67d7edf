"""The reasons of requests, pilots and disputes, that the code held until now, become rows that
officers keep. The codes are those that decisions already bear.

Only where the programme is in place: a new installation has them with the rest of its data.
"""

from django.db import migrations

REASONS = {
    "request": (
        ("document", "Document manquant, illisible ou non conforme"),
        ("signature", "Signature absente ou non valable"),
        ("amount", "Montant à revoir"),
        ("identity", "Identifiants du client discordants"),
        ("not_eligible", "Client non éligible"),
        ("no_ris", "Aucune demande RIS du client"),
        ("withdrawn", "Renoncement du client ou du fournisseur"),
        ("supplier_changed", "Changement de fournisseur"),
        ("error", "Erreur de dépôt"),
        ("other", "Autre motif"),
    ),
    "pilot": (
        ("unsigned", "Signature du client absente"),
        ("incomplete", "Document incomplet ou illisible"),
        ("other_client", "Client ou commande discordants"),
        ("other_solution", "Solution ou version discordantes"),
        ("reservation", "Réserves du client"),
        ("statement_missing", "Mention obligatoire absente"),
        ("other", "Autre motif"),
    ),
    "dispute": (
        ("order_valid", "Bon de commande valable et antérieur"),
        ("order_void", "Bon de commande non valable"),
        ("client_choice", "Choix du client, attesté"),
        ("no_answer", "Aucune réponse dans le délai"),
        ("unfounded", "Contestation sans fondement"),
        ("other", "Autre motif"),
    ),
}


def put_in_place(apps, schema_editor):
    """Add those that are missing; what an officer wrote already is left as it is."""
    reason = apps.get_model("common", "Reason")
    if not reason.objects.exists():
        return
    for subject, rows in REASONS.items():
        for rank, (code, label) in enumerate(rows, 1):
            reason.objects.get_or_create(
                subject=subject, code=code, defaults={"label": label, "order": rank * 10}
            )


class Migration(migrations.Migration):

    dependencies = [("common", "0018_coded_decisions")]

    operations = [
        # Going back leaves them: decisions bear their codes.
        migrations.RunPython(put_in_place, migrations.RunPython.noop),
    ]

"""Enrolments that gave the dates of an OSU habilitation hold one; accepted documents were accepted
for the answers that their enrolment gives."""

from django.db import migrations

# Kind of document → the answers it bears on, on the day of this migration.
PROVES = {
    "identity": ("legal_representative",),
    "kbis": ("wanted_name",),
    "proxy_identity": ("proxy_name",),
    "proxy_mandate": ("legal_representative", "proxy_name"),
    "service_contract": ("proxy_name",),
}


def take_over(apps, schema_editor):
    enrolments = apps.get_model("enrolment", "Enrolment").objects
    enrolments.filter(osu="", osu_granted_on__isnull=False).update(osu="held")
    documents = apps.get_model("enrolment", "SupportingDocument").objects
    rows = documents.filter(kind__in=list(PROVES), state="accepted")
    changed = []
    for row in rows.select_related("enrolment").iterator(chunk_size=500):
        row.proves = {name: getattr(row.enrolment, name) for name in PROVES[row.kind]}
        changed.append(row)
    documents.bulk_update(changed, ["proves"], batch_size=500)


class Migration(migrations.Migration):

    dependencies = [
        ("enrolment", "0015_changes_declared"),
    ]

    operations = [
        # Back, the columns go: nothing to undo.
        migrations.RunPython(take_over, migrations.RunPython.noop, elidable=True),
    ]

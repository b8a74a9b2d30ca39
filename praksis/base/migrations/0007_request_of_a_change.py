from importlib import import_module

from django.db import migrations, models

BEFORE = import_module("praksis.base.migrations.0006_history").KEEP_CHANGE.replace("create function", "create or replace function")
KEPT, TARGET = "    kept.purpose := said;\n", "coalesce(kept.after::text, '')"
AFTER = BEFORE.replace(KEPT, KEPT + "    kept.request := nullif(current_setting('app.request', true), '');\n")
AFTER = AFTER.replace(TARGET, TARGET + ", kept.request")  # nothing where it is null, so that older changes keep their digest


class Migration(migrations.Migration):
    dependencies = [("base", "0006_history")]

    operations = [
        migrations.AddField("change", "request", models.UUIDField(null=True)),
        migrations.RunSQL(AFTER, BEFORE),
    ]

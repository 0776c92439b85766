from django.db import migrations

from courses.migrations._append_only import create, drop


class Migration(migrations.Migration):
    dependencies = [("courses", "0002_tables")]

    operations = [
        migrations.RunPython(
            lambda apps, editor: create(editor.connection), lambda apps, editor: drop(editor.connection)
        ),
    ]

from django.db import migrations

from courses.migrations._append_only import create, drop


class Migration(migrations.Migration):
    dependencies = [("courses", "0001_initial")]

    operations = [
        migrations.RunPython(
            lambda apps, editor: create(editor.connection), lambda apps, editor: drop(editor.connection)
        ),
    ]

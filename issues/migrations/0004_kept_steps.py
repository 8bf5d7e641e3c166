"""Steps of moderation are kept like those of the course; erasing a person may blank a text, and nothing else may."""

import secrets

from django.db import migrations

FUNCTIONS = """
CREATE OR REPLACE FUNCTION issues_history_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Erasing a person blanks the words of a step; who did what, and when, stays.
    IF current_setting('ascult.erasing', true) = 'on'
       AND (to_jsonb(NEW) - 'reason') = (to_jsonb(OLD) - 'reason') AND NEW.reason = '' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'status changes are added, never changed';
END $$;

CREATE FUNCTION issues_moderation_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A deleted photo leaves its step behind.
    IF (to_jsonb(NEW) - 'photo_id') = (to_jsonb(OLD) - 'photo_id') AND NEW.photo_id IS NULL THEN
        RETURN NEW;
    END IF;
    IF current_setting('ascult.erasing', true) = 'on'
       AND (to_jsonb(NEW) - 'reason') = (to_jsonb(OLD) - 'reason') AND NEW.reason = '' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'steps of moderation are added, never changed';
END $$;

CREATE TRIGGER moderation_kept BEFORE UPDATE ON issues_moderationstep
    FOR EACH ROW EXECUTE FUNCTION issues_moderation_kept();
"""

BACK = """
DROP TRIGGER moderation_kept ON issues_moderationstep;
DROP FUNCTION issues_moderation_kept;
CREATE OR REPLACE FUNCTION issues_history_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'status changes are added, never changed';
END $$;
"""


def make_key(apps, schema_editor):
    apps.get_model("issues", "NumberKey").objects.create(key=secrets.token_bytes(16))


class Migration(migrations.Migration):
    dependencies = [("issues", "0003_resident")]

    operations = [
        migrations.RunSQL(FUNCTIONS, BACK),
        migrations.RunPython(make_key, migrations.RunPython.noop),
    ]

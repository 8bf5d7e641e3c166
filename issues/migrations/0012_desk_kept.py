"""Steps of the desk are kept like those of the course; erasing a person may blank a reason, and nothing else may."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION issues_desk_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('ascult.erasing', true) = 'on'
       AND (to_jsonb(NEW) - 'reason') = (to_jsonb(OLD) - 'reason') AND NEW.reason = '' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'steps of the desk are added, never changed';
END $$;
CREATE TRIGGER desk_kept BEFORE UPDATE ON issues_deskstep FOR EACH ROW EXECUTE FUNCTION issues_desk_kept();
"""
BACK = "DROP TRIGGER desk_kept ON issues_deskstep; DROP FUNCTION issues_desk_kept"


class Migration(migrations.Migration):
    dependencies = [("issues", "0011_desk")]

    operations = [migrations.RunSQL(FORWARD, BACK)]

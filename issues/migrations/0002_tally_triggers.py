"""Counts that cannot fall behind, and a history that cannot be rewritten."""

from django.db import migrations

KEY = "cell, coalesce(neighborhood_id, 0), category_id, state, date_trunc('month', opened_on)::date"
INTO = "INSERT INTO issues_tallychange (cell, neighborhood_id, category_id, state, month, n)"

FUNCTIONS = f"""
CREATE FUNCTION issues_tally_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {INTO} SELECT {KEY}, count(*) FROM new_rows WHERE NOT hidden GROUP BY 1, 2, 3, 4, 5;
    RETURN NULL;
END $$;

CREATE FUNCTION issues_tally_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {INTO} SELECT {KEY}, -count(*) FROM old_rows WHERE NOT hidden GROUP BY 1, 2, 3, 4, 5;
    RETURN NULL;
END $$;

CREATE FUNCTION issues_tally_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {INTO}
    SELECT cell, place, category_id, state, month, sum(n) FROM (
        SELECT {KEY}, 1 FROM new_rows WHERE NOT hidden
        UNION ALL
        SELECT {KEY}, -1 FROM old_rows WHERE NOT hidden
    ) AS both_rows (cell, place, category_id, state, month, n)
    GROUP BY 1, 2, 3, 4, 5 HAVING sum(n) <> 0;
    RETURN NULL;
END $$;

CREATE FUNCTION issues_tally_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM issues_tallychange;
    DELETE FROM issues_tallyblock;
    RETURN NULL;
END $$;

CREATE FUNCTION issues_history_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'status changes are added, never changed';
END $$;
"""

TRIGGERS = """
CREATE TRIGGER tally_inserted AFTER INSERT ON issues_issue
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION issues_tally_inserted();
CREATE TRIGGER tally_deleted AFTER DELETE ON issues_issue
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION issues_tally_deleted();
CREATE TRIGGER tally_updated AFTER UPDATE ON issues_issue
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION issues_tally_updated();
CREATE TRIGGER tally_emptied AFTER TRUNCATE ON issues_issue
    FOR EACH STATEMENT EXECUTE FUNCTION issues_tally_emptied();
CREATE TRIGGER history_kept BEFORE UPDATE ON issues_statuschange
    FOR EACH ROW EXECUTE FUNCTION issues_history_kept();
"""

BACK = """
DROP TRIGGER tally_inserted ON issues_issue;
DROP TRIGGER tally_deleted ON issues_issue;
DROP TRIGGER tally_updated ON issues_issue;
DROP TRIGGER tally_emptied ON issues_issue;
DROP TRIGGER history_kept ON issues_statuschange;
DROP FUNCTION issues_tally_inserted, issues_tally_deleted, issues_tally_updated, issues_tally_emptied,
    issues_history_kept;
"""


class Migration(migrations.Migration):
    dependencies = [("issues", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTIONS + TRIGGERS, BACK),
        # Packed numbers do not shrink: spare the database the trying.
        migrations.RunSQL("ALTER TABLE issues_tallyblock ALTER COLUMN records SET STORAGE EXTERNAL", ""),
    ]

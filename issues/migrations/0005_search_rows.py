"""A narrow row beside each public issue that has words, kept by the database itself, so that no search is behind.

The index of cells knows what the filters ask of the issues in a view, so that only those that are shown are read.
"""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.db import migrations, models

COLUMNS = "cell, neighborhood_id, category_id, opened_on, state"
# Folded words as they stand: nothing is parsed, so that a search means the same here and in Python, and quick. A lexeme
# has at most 2,046 bytes; of the words of long texts the first hundred letters are kept.
LEXEMES = """CASE WHEN octet_length({0}words) < 2000
    THEN array_to_tsvector(array_remove(string_to_array({0}words, ' '), '')) ELSE issues_long_lexemes({0}words) END"""
ROW = f"id, {COLUMNS}, {LEXEMES.format('')}"
SHOWN = "NOT {0}hidden AND {0}words <> '' AND {0}text_state IN ('shown', 'edited')"
WATCHED = ", ".join(f"{{0}}.{c}" for c in ["hidden", "text_state", "words", *COLUMNS.split(", ")])
INTO = f"INSERT INTO issues_searchrow (issue_id, {COLUMNS}, lexemes)"
AGAIN = ", ".join(f"{c} = excluded.{c}" for c in [*COLUMNS.split(", "), "lexemes"])

FUNCTIONS = f"""
CREATE FUNCTION issues_long_lexemes(words text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_to_tsvector(ARRAY(SELECT left(word, 100) FROM unnest(string_to_array(words, ' ')) word WHERE word <> ''))
$$;

CREATE FUNCTION issues_search_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {INTO} SELECT {ROW} FROM new_rows WHERE {SHOWN.format("")};
    RETURN NULL;
END $$;

CREATE FUNCTION issues_search_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM issues_searchrow s USING old_rows o WHERE s.issue_id = o.id;
    RETURN NULL;
END $$;

CREATE FUNCTION issues_search_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM issues_searchrow s USING new_rows n WHERE s.issue_id = n.id AND NOT ({SHOWN.format("n.")});
    {INTO}
    SELECT {", ".join(f"n.{c}" for c in ["id", *COLUMNS.split(", ")])}, {LEXEMES.format("n.")}
    FROM new_rows n JOIN old_rows o USING (id)
    WHERE {SHOWN.format("n.")} AND ({WATCHED.format("n")}) IS DISTINCT FROM ({WATCHED.format("o")})
    ON CONFLICT (issue_id) DO UPDATE SET {AGAIN};
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION issues_tally_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM issues_tallychange;
    DELETE FROM issues_tallyblock;
    DELETE FROM issues_searchrow;
    RETURN NULL;
END $$;

CREATE TRIGGER search_inserted AFTER INSERT ON issues_issue
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION issues_search_inserted();
CREATE TRIGGER search_deleted AFTER DELETE ON issues_issue
    REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION issues_search_deleted();
CREATE TRIGGER search_updated AFTER UPDATE ON issues_issue
    REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
    FOR EACH STATEMENT EXECUTE FUNCTION issues_search_updated();

{INTO} SELECT {ROW} FROM issues_issue WHERE {SHOWN.format("")};
"""

BACK = """
DROP TRIGGER search_inserted ON issues_issue;
DROP TRIGGER search_deleted ON issues_issue;
DROP TRIGGER search_updated ON issues_issue;
DROP FUNCTION issues_search_inserted, issues_search_deleted, issues_search_updated, issues_long_lexemes;
CREATE OR REPLACE FUNCTION issues_tally_emptied() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM issues_tallychange;
    DELETE FROM issues_tallyblock;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("issues", "0004_kept_steps")]

    operations = [
        migrations.RemoveIndex(model_name="issue", name="issue_words"),
        migrations.RemoveIndex(model_name="issue", name="issue_cell"),
        migrations.AddIndex(
            model_name="issue",
            index=models.Index(fields=["cell", "state", "category", "opened_on"], name="issue_in_cell"),
        ),
        migrations.CreateModel(
            name="SearchRow",
            fields=[
                ("issue_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("cell", models.BigIntegerField()),
                ("neighborhood_id", models.BigIntegerField(null=True)),
                ("category_id", models.BigIntegerField()),
                ("opened_on", models.DateField()),
                ("state", models.CharField(max_length=12)),
                ("lexemes", django.contrib.postgres.search.SearchVectorField()),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["lexemes"], name="searchrow_lexemes"),
                    models.Index(fields=["-opened_on", "-issue_id"], name="searchrow_newest"),
                ],
            },
        ),
        migrations.RunSQL(FUNCTIONS, BACK),
    ]

"""Counting against a limit, in one round trip."""

from django.db import migrations

# Each statement of the function sees what was there when the lock was had, so that two who ask at once count each other.
FORWARD = """
CREATE FUNCTION neighborhoods_spend(of bytea, most integer, span interval,
                                    OUT n bigint, OUT frees_in_s numeric, OUT added boolean)
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
    oldest timestamptz;
BEGIN
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM pg_advisory_xact_lock(('x' || encode(substr(of, 1, 8), 'hex'))::bit(64)::bigint);
    DELETE FROM neighborhoods_attempt WHERE block = of AND at <= statement_timestamp() - span;
    SELECT count(*), min(at) INTO n, oldest FROM neighborhoods_attempt
        WHERE block = of AND at > statement_timestamp() - span;
    added := n < most;
    IF added THEN
        INSERT INTO neighborhoods_attempt (block, cell, at) VALUES (of, 0, statement_timestamp());
    END IF;
    frees_in_s := extract(epoch FROM coalesce(oldest, statement_timestamp()) + span - statement_timestamp());
END $$;
"""
BACK = "DROP FUNCTION neighborhoods_spend(bytea, integer, interval)"


class Migration(migrations.Migration):
    dependencies = [("neighborhoods", "0006_steps_of_accounts")]

    operations = [migrations.RunSQL(FORWARD, BACK)]

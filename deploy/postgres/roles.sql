-- Two roles. `tideline_owner` owns the tables and runs the migrations. `tideline_app` serves: it reads and writes rows,
-- but what has been recorded for good it can only read and add to. The database itself then refuses what a mistake or an
-- intruder in the application would try.
--
-- Run once by a superuser in the database of the service, with OWNER_DB_PASSWORD and APP_DB_PASSWORD in the environment.
-- Safe to repeat, also after the first migration.

\set ON_ERROR_STOP on
\getenv owner_password OWNER_DB_PASSWORD
\getenv app_password APP_DB_PASSWORD

SELECT format('CREATE ROLE %I LOGIN', name)
  FROM unnest(ARRAY['tideline_owner', 'tideline_app']) AS name
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE tideline_owner PASSWORD :'owner_password';
ALTER ROLE tideline_app PASSWORD :'app_password';

SELECT format('ALTER DATABASE %I OWNER TO tideline_owner', current_database()) \gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database()) \gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO tideline_app', current_database()) \gexec
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO tideline_owner;
GRANT USAGE ON SCHEMA public TO tideline_app;

-- Substring search over the catalogue, where the server has it.
SELECT 'CREATE EXTENSION IF NOT EXISTS pg_trgm'
 WHERE EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm') \gexec

-- What the migrations are going to make, and what they have made already.
ALTER DEFAULT PRIVILEGES FOR ROLE tideline_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO tideline_app;
ALTER DEFAULT PRIVILEGES FOR ROLE tideline_owner IN SCHEMA public
  GRANT USAGE, SELECT ON SEQUENCES TO tideline_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO tideline_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO tideline_app;

-- Recorded for good: the moment one of these tables appears, the application loses the right to change it.
CREATE OR REPLACE FUNCTION tideline_protect_records() RETURNS void
LANGUAGE plpgsql SECURITY INVOKER SET search_path = public, pg_temp AS $$
DECLARE
  record_table text;
BEGIN
  FOR record_table IN
    SELECT tablename FROM pg_tables
     WHERE schemaname = 'public'
       AND tablename IN ('courses_countentry', 'courses_evidence', 'courses_auditevent', 'courses_ledgerseal',
                         'courses_policyversion', 'courses_commitmenttext', 'courses_commitment', 'courses_sizeoverride',
                         'courses_reviewescalation', 'courses_institutionevent', 'courses_pitch',
                         'courses_scoresheet', 'courses_selectionline', 'courses_rollcall', 'courses_rollcalltry',
                         'courses_roomcount', 'courses_roomcheck', 'courses_roomcheckline', 'courses_cardstep',
                         'courses_signal', 'courses_signalnote', 'courses_target',
                         'courses_papersheet', 'courses_paperrow', 'courses_deviceallowance',
                         'courses_kit', 'courses_kitentry', 'courses_kitreport', 'courses_tombstone',
                         'courses_completionstep')
       AND pg_has_role(current_user, tableowner, 'USAGE')
  LOOP
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON public.%I FROM tideline_app', record_table);
  END LOOP;
  -- A close is decided once, by another person; what it holds stays.
  FOR record_table IN
    SELECT tablename FROM pg_tables
     WHERE schemaname = 'public'
       AND tablename IN ('courses_monthclose', 'courses_yearclose')
       AND pg_has_role(current_user, tableowner, 'USAGE')
       -- Once is enough; and the GRANT below would call this again without end.
       AND has_table_privilege('tideline_app', format('public.%I', tablename), 'UPDATE')
  LOOP
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON public.%I FROM tideline_app', record_table);
    EXECUTE format('GRANT UPDATE (closed_by_id, closed_at, taken_back_by_id, taken_back_at, taken_back_reason) '
                   'ON public.%I TO tideline_app', record_table);
  END LOOP;
END $$;

CREATE OR REPLACE FUNCTION tideline_on_new_table() RETURNS event_trigger
LANGUAGE plpgsql SECURITY INVOKER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM public.tideline_protect_records();
END $$;

-- GRANT fires too: a later "GRANT … ON ALL TABLES" cannot quietly give the right back.
DROP EVENT TRIGGER IF EXISTS tideline_records_stay;
CREATE EVENT TRIGGER tideline_records_stay ON ddl_command_end
  WHEN TAG IN ('CREATE TABLE', 'ALTER TABLE', 'GRANT')
  EXECUTE FUNCTION tideline_on_new_table();

SELECT tideline_protect_records();

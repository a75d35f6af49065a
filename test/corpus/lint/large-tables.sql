-- corpus table: public.events rows=80000000 bytes=20000000000 accesses=10
SET lock_timeout = '1s';
SET statement_timeout = '5s';
CREATE INDEX events_kind_idx ON events (kind);
ALTER TABLE events ADD CHECK (kind <> '');
UPDATE events SET kind = 'x' WHERE kind IS NULL;
VACUUM FULL events;
ALTER TABLE events ADD COLUMN note text;

-- A journal of version 1 as its process left it when it died: a run cut off in step b, one queued behind it, one that waits
-- for an approval, one done. Never edited: a newer version must go on with it.
CREATE TABLE run (
    seq integer primary key, id text not null unique, lock_key text not null, kind text not null,
    title text not null, submitted_by text not null, graph_hash text not null, created_at integer not null,
    status text not null, started_at integer, finished_at integer, error text,
    cancel_requested integer not null default 0, fence integer not null default 0, lease_until integer, owner text,
    wake_at integer, attended_until integer, signals integer not null default 0, undo_status text) strict;
CREATE UNIQUE INDEX run_one_active on run (lock_key) where (status in ('running', 'waiting') or (status = 'interrupted' and started_at is not null));
CREATE INDEX run_queue on run (lock_key, seq) where status = 'queued';
CREATE INDEX run_by_key on run (lock_key, seq);
CREATE TABLE run_content (run_id text primary key, graph text not null, input text not null) strict, without rowid;
CREATE TABLE step (
    run_id text not null, step_id text not null, status text not null, attempt integer not null,
    failures integer not null, started_at integer, finished_at integer, started_order integer, settled_order integer,
    due_at integer, result text, error text, primary key (run_id, step_id)) strict, without rowid;
CREATE TABLE once (
    run_id text not null, step_id text not null, key text not null, value text not null,
    primary key (run_id, step_id, key)) strict, without rowid;
CREATE TABLE decision (
    run_id text not null, step_id text not null, decision text not null, decided_by text not null,
    primary key (run_id, step_id)) strict, without rowid;
CREATE TABLE event (
    seq integer primary key, run_id text not null, at integer not null, body text not null) strict;
CREATE INDEX event_of_run on event (run_id, seq);
insert into run values (1, 'cut-off', 'staging', 'deploy', 'cut-off', 'ann', 'b626e66508da0cff45cf7225d88dde7ccbba91a9471bc6232ef2063e76789da6', 1790000000001, 'running', 1790000000006, null, null, 0, 1, 1790000005006, 'rig', null, null, 0, null);
insert into run values (2, 'queued', 'staging', 'deploy', 'queued', 'ann', '0e83dd602b0e36c8b3eaf92c89a098362bbfb3ffca5088f551da15757f30d4e3', 1790000000002, 'queued', null, null, null, 0, 0, null, null, null, 1790000005002, 0, null);
insert into run values (3, 'waiting', 'production', 'deploy', 'waiting', 'ann', '5498e1a5fd1d9c77ae39bed491cea24b4d2dd36fcd5501f0652075ab142ac658', 1790000000004, 'waiting', 1790000000009, null, null, 0, 1, null, null, 1790086400033, null, 0, null);
insert into run values (4, 'done', 'review', 'deploy', 'done', 'ann', '8c19dfeaf08fdc9745924ac8fdf4166b94416124a0e1c4eeefca1a219144e8d8', 1790000000044, 'succeeded', 1790000000047, 1790000000060, null, 0, 1, null, null, null, null, 0, null);
insert into run_content values ('cut-off', '{"nodes":[{"action":{"kind":"act"},"id":"a","kind":"step","needs":[],"retry":{"attempts":1,"baseDelayMs":0,"maxDelayMs":0},"timeoutMs":600000,"title":"Do a","undoable":true},{"action":{"kind":"act"},"id":"b","kind":"step","needs":["a"],"retry":{"attempts":1,"baseDelayMs":0,"maxDelayMs":0},"timeoutMs":600000,"title":"Do b","undoable":true},{"action":{"kind":"act"},"id":"c","kind":"step","needs":["b"],"retry":{"attempts":1,"baseDelayMs":0,"maxDelayMs":0},"timeoutMs":600000,"title":"Do c","undoable":true}]}', '{"commit":"abc"}');
insert into run_content values ('done', '{"nodes":[{"action":{"kind":"act"},"id":"a","kind":"step","needs":[],"retry":{"attempts":1,"baseDelayMs":0,"maxDelayMs":0},"timeoutMs":600000,"title":"Do a","undoable":true}]}', 'null');
insert into run_content values ('queued', '{"nodes":[{"action":{"kind":"act"},"id":"z","kind":"step","needs":[],"retry":{"attempts":1,"baseDelayMs":0,"maxDelayMs":0},"timeoutMs":600000,"title":"Do z","undoable":true}]}', 'null');
insert into run_content values ('waiting', '{"nodes":[{"action":{"kind":"act"},"id":"a","kind":"step","needs":[],"retry":{"attempts":1,"baseDelayMs":0,"maxDelayMs":0},"timeoutMs":600000,"title":"Do a","undoable":true},{"action":{"kind":"approval"},"id":"ok","kind":"approval","needs":["a"],"retry":{"attempts":1,"baseDelayMs":0,"maxDelayMs":0},"timeoutMs":86400000,"title":"Do ok","undoable":false},{"action":{"kind":"act"},"id":"b2","kind":"step","needs":["ok"],"retry":{"attempts":1,"baseDelayMs":0,"maxDelayMs":0},"timeoutMs":600000,"title":"Do b2","undoable":true}]}', 'null');
insert into step values ('cut-off', 'a', 'succeeded', 1, 0, 1790000000013, 1790000000029, 1, 2, null, '{"did":"a"}', null);
insert into step values ('cut-off', 'b', 'running', 1, 0, 1790000000029, null, 3, null, null, null, null);
insert into step values ('done', 'a', 'succeeded', 1, 0, 1790000000051, 1790000000058, 1, 2, null, '{"did":"a"}', null);
insert into step values ('waiting', 'a', 'succeeded', 1, 0, 1790000000018, 1790000000032, 1, 2, null, '{"did":"a"}', null);
insert into step values ('waiting', 'ok', 'waiting', 0, 0, 1790000000032, null, 3, null, 1790086400032, null, null);
insert into once values ('cut-off', 'a', 'make', '{"machine":"m-a"}');
insert into once values ('cut-off', 'b', 'make', '{"machine":"m-b"}');
insert into once values ('done', 'a', 'make', '{"machine":"m-a"}');
insert into once values ('waiting', 'a', 'make', '{"machine":"m-a"}');
insert into event values (1, 'cut-off', 1790000000001, '{"type":"run.queued","behind":null}');
insert into event values (2, 'queued', 1790000000002, '{"type":"run.queued","behind":"cut-off"}');
insert into event values (3, 'waiting', 1790000000004, '{"type":"run.queued","behind":null}');
insert into event values (4, 'cut-off', 1790000000006, '{"type":"run.started","fence":1,"resumed":false}');
insert into event values (5, 'waiting', 1790000000009, '{"type":"run.started","fence":1,"resumed":false}');
insert into event values (6, 'cut-off', 1790000000013, '{"type":"step.started","step":"a","attempt":1}');
insert into event values (7, 'waiting', 1790000000018, '{"type":"step.started","step":"a","attempt":1}');
insert into event values (8, 'cut-off', 1790000000029, '{"type":"step.output","step":"a","line":"doing a"}');
insert into event values (9, 'cut-off', 1790000000029, '{"type":"step.succeeded","step":"a","result":{"did":"a"},"durationMs":16}');
insert into event values (10, 'cut-off', 1790000000029, '{"type":"step.started","step":"b","attempt":1}');
insert into event values (11, 'waiting', 1790000000032, '{"type":"step.output","step":"a","line":"doing a"}');
insert into event values (12, 'waiting', 1790000000032, '{"type":"step.succeeded","step":"a","result":{"did":"a"},"durationMs":14}');
insert into event values (13, 'waiting', 1790000000032, '{"type":"run.waiting","step":"ok","for":"approval","until":1790086400032}');
insert into event values (14, 'done', 1790000000044, '{"type":"run.queued","behind":null}');
insert into event values (15, 'done', 1790000000047, '{"type":"run.started","fence":1,"resumed":false}');
insert into event values (16, 'done', 1790000000051, '{"type":"step.started","step":"a","attempt":1}');
insert into event values (17, 'done', 1790000000058, '{"type":"step.output","step":"a","line":"doing a"}');
insert into event values (18, 'done', 1790000000058, '{"type":"step.succeeded","step":"a","result":{"did":"a"},"durationMs":7}');
insert into event values (19, 'done', 1790000000060, '{"type":"run.finished","status":"succeeded","error":null}');
insert into event values (20, 'cut-off', 1790000000063, '{"type":"step.output","step":"b","line":"doing b"}');
pragma user_version = 1;
pragma application_id = 1735156848;

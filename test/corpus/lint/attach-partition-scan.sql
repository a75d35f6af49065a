-- corpus before: CREATE TABLE events (id bigint, at date NOT NULL) PARTITION BY RANGE (at); CREATE TABLE events_2026 (id bigint, at date NOT NULL); CREATE TABLE events_2027 (id bigint, at date NOT NULL CHECK (at >= '2027-01-01' AND at < '2028-01-01')); CREATE TABLE events_2028 (id bigint, at date NOT NULL); ALTER TABLE events_2028 ADD CONSTRAINT bounds CHECK (at >= '2028-01-01') NOT VALID; CREATE TABLE events_2021 (id bigint CHECK (id > 0), at date NOT NULL CHECK (at >= '2021-01-01' AND at < '2022-02-01')); CREATE TABLE events_2022 (id bigint, at date CHECK (at >= '2022-01-01' AND at < '2023-01-01')); CREATE TABLE events_2023 (id bigint, at date CHECK (at IS NOT NULL AND at BETWEEN '2023-02-01'::date AND DATE '2023-12-31')); CREATE TABLE people (id bigint, land text NOT NULL) PARTITION BY LIST (land); CREATE TABLE people_de (id bigint, land text NOT NULL CHECK (land IN ('de', 'at'))); CREATE TABLE people_ch (id bigint, land text NOT NULL CHECK (land = 'ch')); CREATE TABLE parts (id bigint) PARTITION BY HASH (id); CREATE TABLE parts_0 (id bigint NOT NULL CHECK (id % 2 = 0));
SET lock_timeout = '1s';
SET statement_timeout = '5s';
ALTER TABLE events ATTACH PARTITION events_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
ALTER TABLE events ATTACH PARTITION events_2028 FOR VALUES FROM ('2028-01-01') TO ('2029-01-01');
ALTER TABLE events ATTACH PARTITION unknown FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
ALTER TABLE events ATTACH PARTITION events_2021 FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');
ALTER TABLE events ATTACH PARTITION events_2022 FOR VALUES FROM ('2022-01-01') TO ('2023-01-01');
ALTER TABLE people ATTACH PARTITION people_de FOR VALUES IN ('de');
ALTER TABLE parts ATTACH PARTITION parts_0 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
-- Proved, new, or for the rest.
ALTER TABLE events ATTACH PARTITION events_2027 FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');
CREATE TABLE events_2029 (LIKE events INCLUDING ALL);
ALTER TABLE events ATTACH PARTITION events_2029 FOR VALUES FROM ('2029-01-01') TO ('2030-01-01');
ALTER TABLE events ATTACH PARTITION events_2023 FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
ALTER TABLE people ATTACH PARTITION people_ch FOR VALUES IN ('ch', 'li');
ALTER TABLE events ATTACH PARTITION events_rest DEFAULT;
ALTER TABLE events DETACH PARTITION events_2027;

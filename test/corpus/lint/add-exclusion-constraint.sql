SET lock_timeout = '1s';
SET statement_timeout = '5s';
ALTER TABLE bookings ADD CONSTRAINT bookings_room_excl EXCLUDE USING gist (room WITH =, during WITH &&);
ALTER TABLE bookings ADD EXCLUDE USING gist (during WITH &&);
CREATE TABLE stays (id bigint PRIMARY KEY, during tstzrange, EXCLUDE USING gist (during WITH &&));

SET lock_timeout = '1s';
SET statement_timeout = '5s';
-- glidepath-ignore drop-table: nobody has used carts since March
DROP TABLE carts;
DROP TABLE coupons; -- glidepath-ignore drop-table: the feature went in May
DROP TABLE sessions; -- glidepath-ignore drop-table
-- glidepath-ignore drop-tabel: nobody uses it
DROP TABLE visits;
-- glidepath-ignore drop-column: it has no such column
SELECT 1;
/* glidepath-ignore-file truncate: this file empties what tests have left */
TRUNCATE imports;
TRUNCATE exports;
-- glidepath-ignroe drop-table: a slip
SELECT 2;

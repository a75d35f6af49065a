SET lock_timeout = '1s';
SET statement_timeout = '5s';
ALTER TYPE order_state RENAME VALUE 'sent' TO 'shipped';
ALTER TYPE shop.order_state RENAME VALUE 'größer' TO 'larger';
ALTER TYPE order_state ADD VALUE IF NOT EXISTS 'returned' AFTER 'shipped';

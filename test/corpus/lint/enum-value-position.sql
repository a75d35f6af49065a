SET lock_timeout = '1s';
SET statement_timeout = '5s';
ALTER TYPE order_state ADD VALUE 'returned';
ALTER TYPE shop.order_state ADD VALUE IF NOT EXISTS 'größer';
ALTER TYPE order_state ADD VALUE 'lost' BEFORE 'returned';
ALTER TYPE order_state ADD VALUE 'found' AFTER 'lost';

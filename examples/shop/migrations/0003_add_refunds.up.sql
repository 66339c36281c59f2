CREATE TABLE IF NOT EXISTS refunds (
    order_id bigint PRIMARY KEY REFERENCES orders (id),
    reason text
);
ALTER TABLE orders ADD COLUMN IF NOT EXISTS is_refunded boolean NOT NULL DEFAULT false;

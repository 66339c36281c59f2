CREATE TYPE order_state AS ENUM ('open', 'paid', 'sent');
ALTER TABLE orders ADD COLUMN state order_state NOT NULL DEFAULT 'open';

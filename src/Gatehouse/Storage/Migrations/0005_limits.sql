-- What rate limits count over all nodes, and mails per address: nothing in it is worth keeping for longer than a day.
CREATE TABLE limits (
    key text PRIMARY KEY,       -- the budget's name and an HMAC of whom it is about
    state bytea NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX limits_age ON limits (expires_at);

-- One portable text for SQLite and PostgreSQL. Times are Unix microseconds; ids are UUIDv7 as text.

CREATE TABLE accounts (
    id text PRIMARY KEY,
    email text,                 -- as typed; null for accounts that came by another way than a mailbox
    email_key text,             -- normalised: what uniqueness and look-up go by
    username text,
    username_key text,
    displayname text,           -- asked for at sign-up, offered as the first user's name
    password_hash text,         -- PHC string; null: no password set
    verified_at bigint,         -- null: a pending sign-up
    config text NOT NULL,
    epoch bigint NOT NULL,      -- raised to end every session at once, also those a cache forgot to drop
    created_at bigint NOT NULL
);

-- An address belongs to one verified account; any number of sign-ups may be pending for it.
CREATE UNIQUE INDEX accounts_verified_email ON accounts (email_key) WHERE verified_at IS NOT NULL;
CREATE UNIQUE INDEX accounts_verified_username ON accounts (username_key) WHERE verified_at IS NOT NULL;
CREATE INDEX accounts_pending_email ON accounts (email_key, created_at) WHERE verified_at IS NULL;
CREATE INDEX accounts_pending_age ON accounts (created_at) WHERE verified_at IS NULL;

-- A sign-up holds its username for its address while its link lives.
CREATE TABLE username_holds (
    username_key text PRIMARY KEY,
    email_key text NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX username_holds_age ON username_holds (expires_at);

CREATE TABLE users (
    id text PRIMARY KEY,
    account_id text NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    name text NOT NULL,
    preferences text NOT NULL,
    created_at bigint NOT NULL
);
CREATE INDEX users_account ON users (account_id, created_at);

CREATE TABLE sessions (
    id text PRIMARY KEY,        -- the public handle ("sid"); the secret is the token
    token_hash bytea NOT NULL,
    account_id text NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    user_id text REFERENCES users (id) ON DELETE SET NULL,
    epoch bigint NOT NULL,      -- lives as long as it equals the account's
    via text NOT NULL,
    ip text,
    user_agent text,
    created_at bigint NOT NULL, -- when credentials were presented
    last_seen_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE UNIQUE INDEX sessions_token ON sessions (token_hash);
CREATE INDEX sessions_account ON sessions (account_id, last_seen_at);
CREATE INDEX sessions_user ON sessions (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX sessions_age ON sessions (expires_at);

CREATE TABLE one_time_links (
    hash bytea PRIMARY KEY,     -- SHA-256 of purpose and token: this table opens nothing
    purpose text NOT NULL,
    account_id text NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    sent_to text NOT NULL,      -- the address key it was mailed to: it proves that one and no other
    wrong_tries bigint NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX one_time_links_account ON one_time_links (account_id, purpose);
CREATE INDEX one_time_links_age ON one_time_links (expires_at);

-- What must be mailed, written with its cause. It names a kind and ids; links are made when the mail is.
CREATE TABLE mail_outbox (
    id text PRIMARY KEY,
    kind text NOT NULL,
    account_id text,            -- no foreign key: a good-bye outlives its account
    recipient text NOT NULL,
    created_at bigint NOT NULL,
    due_at bigint NOT NULL,     -- when it may be tried (again); a worker moves it ahead while it sends
    tries bigint NOT NULL,
    dead_at bigint,             -- given up: kept for the operator
    last_error text
);
CREATE INDEX mail_outbox_due ON mail_outbox (due_at) WHERE dead_at IS NULL;
CREATE INDEX mail_outbox_account ON mail_outbox (account_id);

-- Development alone: the mails as a customer would see them.
CREATE TABLE dev_mails (
    id text PRIMARY KEY,
    recipient text NOT NULL,
    kind text NOT NULL,
    subject text NOT NULL,
    body_text text NOT NULL,
    body_html text NOT NULL,
    created_at bigint NOT NULL
);
CREATE INDEX dev_mails_age ON dev_mails (created_at);

CREATE TABLE security_events (
    id text PRIMARY KEY,
    account_id text NOT NULL,   -- no foreign key: the record outlives what it tells of
    type text NOT NULL,
    at bigint NOT NULL,
    ip text,
    user_agent text,
    detail text NOT NULL
);
CREATE INDEX security_events_account ON security_events (account_id, id);
CREATE INDEX security_events_age ON security_events (at);

CREATE TABLE signing_keys (
    kid text PRIMARY KEY,
    sealed_key bytea NOT NULL,
    created_at bigint NOT NULL,
    signs_from bigint NOT NULL, -- published before it signs, so that every cached JWKS knows it
    retired_at bigint           -- when it stops being accepted; null: not retired
);

CREATE TABLE data_protection_keys (
    id text PRIMARY KEY,
    sealed_xml bytea NOT NULL,
    created_at bigint NOT NULL
);

-- Background work that one node does at a time.
CREATE TABLE leases (
    name text PRIMARY KEY,
    holder text NOT NULL,
    expires_at bigint NOT NULL
);

-- A grant: the proof, minutes old, that the account's credentials were presented again in this very session.
CREATE TABLE grants (
    hash bytea PRIMARY KEY,
    session_id text NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    account_id text NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    expires_at bigint NOT NULL
);
CREATE INDEX grants_session ON grants (session_id);
CREATE INDEX grants_account ON grants (account_id);
CREATE INDEX grants_age ON grants (expires_at);

-- An address asked for and not proved yet. One per account: a newer one replaces it.
CREATE TABLE email_changes (
    account_id text PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    email text NOT NULL,
    email_key text NOT NULL,
    session_id text,            -- who asked keeps their session when the change is completed
    created_at bigint NOT NULL
);

-- Access tokens of the session that were issued before this second are refused: a new password ends them.
ALTER TABLE sessions ADD COLUMN tokens_from bigint NOT NULL DEFAULT 0;

-- What an undo link restores.
ALTER TABLE one_time_links ADD COLUMN restores text;

CREATE TABLE invites (
    id text PRIMARY KEY,
    hash bytea NOT NULL,
    email text,                 -- null: whoever holds the token may sign up
    email_key text,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    holder_id text REFERENCES accounts (id) ON DELETE SET NULL, -- a pending sign-up; purging it lets the invite go
    held_until bigint,          -- while the holder's link lives
    claimed_at bigint           -- an account came of it
);
CREATE UNIQUE INDEX invites_hash ON invites (hash);
CREATE INDEX invites_holder ON invites (holder_id) WHERE holder_id IS NOT NULL;

-- The invite that a pending sign-up came with.
ALTER TABLE accounts ADD COLUMN invite_id text;

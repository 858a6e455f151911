-- Other ways into an account: somebody as a provider knows them.
CREATE TABLE identities (
    id text PRIMARY KEY,
    account_id text NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    provider text NOT NULL,
    subject text NOT NULL,      -- the provider's own name for them; never an email, which changes hands
    name text,                  -- what they are called there, for the owner to tell one from another
    created_at bigint NOT NULL,
    last_used_at bigint NOT NULL
);
CREATE UNIQUE INDEX identities_subject ON identities (provider, subject);
CREATE INDEX identities_account ON identities (account_id, created_at);

-- The identity that a session was made by: it ends with it.
ALTER TABLE sessions ADD COLUMN identity_id text;
CREATE INDEX sessions_identity ON sessions (identity_id) WHERE identity_id IS NOT NULL;

-- A login that is under way at a provider: what its answer is held against, once, in the browser that began it. The
-- secrets it is bound by (nonce, PKCE) are derived from that browser's cookie and stand nowhere.
CREATE TABLE social_flows (
    hash bytea PRIMARY KEY,     -- of the state
    browser bytea NOT NULL,     -- of the cookie
    provider text NOT NULL,
    purpose text NOT NULL,      -- log_in, link, open, open_by_program
    session_id text,            -- of who began it, where anybody was logged in; it may have ended by the time it counts
    epoch bigint,               -- of the account that it is about: what ends all of its sessions ends this too
    invite_id text,
    return_to text NOT NULL,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX social_flows_age ON social_flows (expires_at);

-- "Is this you?": a provider vouched for an address that an account has; linking them waits for its password.
CREATE TABLE social_matches (
    browser bytea NOT NULL,
    provider text NOT NULL,
    subject text NOT NULL,
    name text,
    account_id text NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    email_key text NOT NULL,    -- what was matched: an account that has another address by now is not the one
    session_id text,            -- of who began it: it ends with the login
    return_to text NOT NULL,
    expires_at bigint NOT NULL,
    PRIMARY KEY (browser, provider)
);
CREATE INDEX social_matches_account ON social_matches (account_id);
CREATE INDEX social_matches_age ON social_matches (expires_at);

-- A fresh login at a provider, in place of a password, that the same session may take a grant for.
CREATE TABLE fresh_logins (
    session_id text NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    provider text NOT NULL,
    browser bytea NOT NULL,     -- of the flow's cookie: a stolen session alone takes no grant
    epoch bigint NOT NULL,      -- of the account
    expires_at bigint NOT NULL,
    PRIMARY KEY (session_id, provider)
);
CREATE INDEX fresh_logins_age ON fresh_logins (expires_at);

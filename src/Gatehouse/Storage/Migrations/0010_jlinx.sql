-- Sign-up and login by documents that the customer's own program keeps the other half of.

-- The server's own keys, sealed: of the Did that speaks for its origin, and of its connections.
CREATE TABLE jlinx_keys (
    name text PRIMARY KEY,
    seed bytea NOT NULL,
    created_at bigint NOT NULL
);

-- A pair of documents: an AppUser of ours and, once somebody has taken it, their AppAccount.
CREATE TABLE jlinx_pairs (
    id text PRIMARY KEY,
    state text NOT NULL,            -- offered, bound, ended, contradicted
    origin text NOT NULL,           -- what the header says we are
    app_user bytea NOT NULL,        -- core keys
    app_account bytea,
    author bytea,                   -- their Did
    app_user_found bytea NOT NULL,  -- discovery keys: what a peer asks by
    app_account_found bytea,
    author_found bytea,
    secrets bytea NOT NULL,         -- sealed: our signer's seed and the keys of the pair; empty when they were destroyed
    secret_hash bytea NOT NULL,     -- of the offer's link
    identity_id text REFERENCES identities (id) ON DELETE SET NULL, -- the way in that it is; without it the pair ends
    account_id text,                -- the documents outlive the account, to tell of its end
    account_read bigint NOT NULL,   -- blocks of the AppAccount whose effects are done
    log_read text NOT NULL,         -- the last security event that was copied
    blocked_until bigint NOT NULL,  -- the customer wants no requests until then
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL      -- of the offer; of an ended pair: when nobody needs to hear of it any more
);
CREATE UNIQUE INDEX jlinx_pairs_app_user ON jlinx_pairs (app_user);
CREATE UNIQUE INDEX jlinx_pairs_app_account ON jlinx_pairs (app_account) WHERE app_account IS NOT NULL;
CREATE UNIQUE INDEX jlinx_pairs_app_user_found ON jlinx_pairs (app_user_found);
CREATE UNIQUE INDEX jlinx_pairs_app_account_found ON jlinx_pairs (app_account_found) WHERE app_account_found IS NOT NULL;
CREATE INDEX jlinx_pairs_author_found ON jlinx_pairs (author_found) WHERE author_found IS NOT NULL;
CREATE INDEX jlinx_pairs_identity ON jlinx_pairs (identity_id) WHERE identity_id IS NOT NULL;
CREATE INDEX jlinx_pairs_account ON jlinx_pairs (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX jlinx_pairs_orphans ON jlinx_pairs (state) WHERE identity_id IS NULL;

-- An AppAccount that somebody named: worth a look, nothing more.
CREATE TABLE jlinx_hints (
    app_account bytea PRIMARY KEY,
    pair_id text,                   -- the offer whose own browser named it; null: anybody did
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX jlinx_hints_age ON jlinx_hints (expires_at);

-- What a browser waits for.
CREATE TABLE jlinx_tickets (
    hash bytea PRIMARY KEY,
    browser bytea NOT NULL,         -- of the flow's cookie
    purpose text NOT NULL,          -- sign_up, recovery, link, log_in, open
    status text NOT NULL,           -- pending, approved, rejected, replaced, used
    pair_id text,                   -- null: there is nobody, and nothing will come
    subject text NOT NULL,          -- what refusals are counted by
    request_id text NOT NULL,       -- the event's, and everything else that its answer must repeat
    nonce bytea NOT NULL,
    code text NOT NULL,
    place text NOT NULL,
    client text NOT NULL,
    sent bigint NOT NULL,           -- 1: the request stands in the AppUser
    request_hash bytea,
    account_length bigint NOT NULL, -- of the AppAccount as it was sent: an answer comes later
    session_id text,                -- of who began it, where anybody was logged in; later the one that was made
    epoch bigint,                   -- of the account that it is about
    invite_id text,
    account_id text,                -- whom it was approved for
    language text,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE INDEX jlinx_tickets_subject ON jlinx_tickets (subject, created_at);
CREATE UNIQUE INDEX jlinx_tickets_request ON jlinx_tickets (request_id);
CREATE INDEX jlinx_tickets_pair ON jlinx_tickets (pair_id, status) WHERE pair_id IS NOT NULL;
CREATE INDEX jlinx_tickets_unsent ON jlinx_tickets (created_at) WHERE sent = 0;
CREATE INDEX jlinx_tickets_age ON jlinx_tickets (expires_at);

-- Login links that a customer's program has announced.
CREATE TABLE jlinx_logins (
    hash bytea PRIMARY KEY,
    pair_id text NOT NULL REFERENCES jlinx_pairs (id) ON DELETE CASCADE,
    event_id text NOT NULL,
    session_id text,                -- that was made of it; null: still good
    expires_at bigint NOT NULL
);
CREATE INDEX jlinx_logins_age ON jlinx_logins (expires_at);
CREATE INDEX jlinx_logins_pair ON jlinx_logins (pair_id);

-- When a core was last written, so that other nodes see what one has written.
ALTER TABLE cores ADD COLUMN changed_at bigint NOT NULL DEFAULT 0;
CREATE INDEX cores_changed ON cores (changed_at);

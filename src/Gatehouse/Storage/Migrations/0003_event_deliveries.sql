-- What an application's listeners are yet to be told: written with its cause where there are listeners, deleted once told.
CREATE TABLE event_deliveries (
    id text PRIMARY KEY,
    type text NOT NULL,
    account_id text NOT NULL,   -- no foreign key: a deletion outlives its account
    session_id text,
    user_id text,
    via text,
    created_at bigint NOT NULL,
    due_at bigint NOT NULL,     -- when it may be tried (again); a worker moves it ahead while it tells
    tries bigint NOT NULL,
    dead_at bigint              -- given up: kept for the operator
);
CREATE INDEX event_deliveries_due ON event_deliveries (due_at) WHERE dead_at IS NULL;

-- What the nodes of one installation must hear of: sessions that ended or changed, and accounts, with all of their
-- sessions. The generation is the time in microseconds, or one more than the last: its row is locked last in a
-- transaction, so that it grows in the order of the commits and who has read up to one has missed nothing before it; and a
-- database that has lost commits doesn't use their numbers again.
CREATE TABLE session_generation (
    id bigint PRIMARY KEY,      -- one row
    generation bigint NOT NULL, -- of the newest change, which has a row below
    line text NOT NULL          -- another one where commits were lost: what was remembered of the old line is worth nothing
);
INSERT INTO session_generation (id, generation, line) VALUES (1, 0, '');
CREATE TABLE session_changes (
    generation bigint PRIMARY KEY,
    subject text NOT NULL       -- the id of a session or of an account; empty where a line begins
);

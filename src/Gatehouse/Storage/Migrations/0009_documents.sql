-- Signed logs (hypercores). Rows of blocks and nodes are never changed; a change of a core is one transaction.

CREATE TABLE cores (
    core_key bytea PRIMARY KEY, -- also the right to read it
    length bigint NOT NULL,     -- what is signed; a commit names the length it found
    signature bytea NOT NULL,   -- empty at length 0
    manifest bytea NOT NULL,    -- who may sign; empty until it is known
    frozen bigint NOT NULL      -- 1: two signed histories were found
);

CREATE TABLE core_blocks (
    core_key bytea NOT NULL REFERENCES cores (core_key) ON DELETE CASCADE,
    idx bigint NOT NULL,
    value bytea NOT NULL,
    PRIMARY KEY (core_key, idx)
);

-- The Merkle tree in flat numbering: block n is node 2n.
CREATE TABLE core_nodes (
    core_key bytea NOT NULL REFERENCES cores (core_key) ON DELETE CASCADE,
    idx bigint NOT NULL,
    size bigint NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (core_key, idx)
);

-- Two data messages that convict the signers of a frozen core.
CREATE TABLE core_evidence (
    core_key bytea PRIMARY KEY REFERENCES cores (core_key) ON DELETE CASCADE,
    ours bytea NOT NULL,
    theirs bytea NOT NULL,
    found_at bigint NOT NULL
);

-- While a mail is being sent: until when nobody else takes it up. A message of a broker may come twice, and to two nodes.
ALTER TABLE mail_outbox ADD COLUMN sending_until bigint;
-- Whether it has its place in the budget of its address: a mail that is tried again needs no second one.
ALTER TABLE mail_outbox ADD COLUMN counted bigint NOT NULL DEFAULT 0;

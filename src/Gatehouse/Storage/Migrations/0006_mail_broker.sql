-- While a mail is being sent: until when nobody else takes it up. A message of a broker may come twice, and to two nodes.
ALTER TABLE mail_outbox ADD COLUMN sending_until bigint;

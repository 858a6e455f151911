-- What a customer is written to in: a tag like "de"; null where nobody said, which is the language of the site.
ALTER TABLE accounts ADD COLUMN language text;
-- Of a mail whose account is gone by the time it is composed.
ALTER TABLE mail_outbox ADD COLUMN language text;

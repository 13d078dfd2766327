-- Lets a reader in again who was shut out and could not be removed.
ALTER ROLE :"name" LOGIN;

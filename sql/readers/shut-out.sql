-- Lets a reader in no more.
ALTER ROLE :"name" NOLOGIN;

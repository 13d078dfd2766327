-- What add.sql needs to know, until the transaction ends ($1 name, $2 password, $3 connections, $4 time limit).
SELECT
  set_config('kith.reader', $1, true), set_config('kith.reader_password', $2, true), set_config('kith.reader_limit', $3, true),
  set_config('kith.reader_timeout', $4, true);

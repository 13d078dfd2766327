-- What readers.sql has to know, until the transaction ends ($1: processes that close tables, $2: snapshots that stand).
SELECT set_config('kith.gate_queues', $1::integer[]::text, true), set_config('kith.gate_snapshots', $2::text[]::text, true);

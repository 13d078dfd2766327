-- Only one process at a time migrates; the others wait until its transaction ends. The mode lets it write to the table.
LOCK TABLE kith.migrations IN SHARE UPDATE EXCLUSIVE MODE;

-- Waits in the table's lock queue; readers that come later wait behind it. See src/export/reader-gate.ts.
LOCK TABLE graph_recs.recommendations IN ACCESS EXCLUSIVE MODE;

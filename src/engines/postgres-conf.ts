/**
 * The embedded Postgres's postgresql.conf: tuned for bulk loading, but a crash loses no committed data
 * (fsync and synchronous_commit stay on).
 */
export function postgresConf(port: number): string {
  return `# Written by kith at every start.
listen_addresses = '127.0.0.1'
port = ${port}
unix_socket_directories = ''
max_connections = 200
# For Kith's own role, when readers have used up all others.
reserved_connections = 24
password_encryption = 'scram-sha-256'

shared_buffers = '256MB'
maintenance_work_mem = '256MB'
work_mem = '32MB'

fsync = on
synchronous_commit = on
wal_level = minimal
max_wal_senders = 0
max_wal_size = '4GB'
checkpoint_timeout = '15min'
random_page_cost = 1.1

timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
log_checkpoints = off
`;
}

/** Who may connect: every role, by its password, from this machine. There are no Unix sockets. */
export const postgresHba = `# Written by kith at every start.
host all all 127.0.0.1/32 scram-sha-256
`;

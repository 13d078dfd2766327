import { pino } from 'pino';

/**
 * The one logger: JSON lines on standard error, so that standard output holds only what a command was asked for.
 * Passwords can't slip in: connection strings and passwords are redacted by key.
 */
export const log = pino(
  {
    level: process.env.KITH_LOG_LEVEL ?? 'info',
    redact: { paths: ['password', 'url', '*.password', '*.url', '*.postgresUrl'], censor: '[hidden]' },
  },
  pino.destination(2),
);

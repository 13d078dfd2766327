import pino from 'pino';

/** Structured logs, a line of JSON each on standard error. What goes in are names, numbers and sentences of errors: never an address or a setting. */
export const log = pino(
  { name: 'kith', level: process.env.KITH_LOG_LEVEL || 'info', base: undefined },
  pino.destination(2),
);

export type Log = pino.Logger;

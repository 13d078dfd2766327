import { createHash, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Request, RequestHandler, Response } from 'express';
import type { Settings } from '../config/settings.ts';
import { passwordOf, prepareHome } from '../engines/home.ts';
import { type Log, processLog } from '../watch/log.ts';
import { SlowDown } from './slow-down.ts';

/** Who may see the pages: `kith` may act as well, `viewer` only looks. */
export type WebUser = 'kith' | 'viewer';

/** The user name that a browser is asked for, of the user who may do everything. */
export const webUser = 'kith';
/** The user name of the one who may look but not act. */
export const viewer = 'viewer';

/** At most one line about wrong passwords is logged in so many milliseconds. */
const logEveryMs = 1_000;

/** The password of Kith's pages: KITH_WEB_PASSWORD, or else one that is generated once per home. */
export function webPassword(settings: Settings): string {
  return settings.web.password ?? generated(settings, 'web');
}

/**
 * The password of those who may only look: KITH_WEB_VIEWER_PASSWORD, or else one that is generated once per home. Where
 * only KITH_WEB_PASSWORD is set, nobody else was meant to look.
 */
export function viewerPassword(settings: Settings): string | undefined {
  const { password, viewerPassword } = settings.web;
  return viewerPassword ?? (password === undefined ? generated(settings, 'webViewer') : undefined);
}

function generated(settings: Settings, which: 'web' | 'webViewer'): string {
  const password = passwordOf(prepareHome(settings).passwords[which]);
  if (!password) throw new Error('the home has no password for pages');
  return password;
}

/**
 * Requires a user name and password, by HTTP basic authentication, and lets the viewer only look. Wrong ones are logged
 * with their address, and slowed down (see `SlowDown`); the right one does not wait again on the same connection.
 */
export function guard(settings: Settings, log: Log = processLog()): RequestHandler {
  const users: [WebUser, Buffer][] = [[webUser, digest(`${webUser}:${webPassword(settings)}`)]];
  const ofViewer = viewerPassword(settings);
  if (ofViewer !== undefined) users.push([viewer, digest(`${viewer}:${ofViewer}`)]);
  const slowDown = new SlowDown();
  const tell = wrongOnes(log);
  /** What was right on a connection. */
  const known = new WeakMap<Socket, Buffer>();
  return async (request, response, next) => {
    const { socket } = request;
    const credentials = credentialsOf(request);
    if (credentials === undefined) return ask(response);
    if (slowDown.isWaiting(socket)) return refuse(response, 429, 'One at a time, please.');
    const given = digest(credentials);
    const address = socket.remoteAddress ?? 'unknown';
    const isKnown = known.get(socket)?.equals(given) ?? false;
    const giveBack = isKnown ? () => undefined : await slowDown.wait(socket);
    if (giveBack === undefined) return;
    const user = userOf(users, given);
    if (user === undefined) {
      tell(address);
      return ask(response);
    }
    giveBack();
    known.set(socket, given);
    response.locals.user = user;
    if (user === viewer && !isReading(request))
      return refuse(response, 403, `Refused: ${viewer} may look but not act.`);
    next();
  };
}

/** Who asks, once the guard has let them through. */
export function userOfPage({ locals }: Response): WebUser | undefined {
  return locals.user;
}

function credentialsOf({ headers }: Request): string | undefined {
  const [scheme = '', credentials] = (headers.authorization ?? '').split(' ');
  return /^basic$/i.test(scheme) && credentials ? Buffer.from(credentials, 'base64').toString() : undefined;
}

/** Compares with every user, always for the same time. */
function userOf(users: readonly [WebUser, Buffer][], given: Buffer): WebUser | undefined {
  const matches = users.map(([user, expected]) => (timingSafeEqual(given, expected) ? user : undefined));
  return matches.find((user) => user !== undefined);
}

function isReading({ method }: Request): boolean {
  return method === 'GET' || method === 'HEAD';
}

function ask(response: Response): void {
  response.status(401).set('WWW-Authenticate', 'Basic realm="Kith", charset="UTF-8"').send('Name and password?\n');
}

function refuse(response: Response, status: number, sentence: string): void {
  response.status(status).type('text').send(`${sentence}\n`);
}

/** Logs wrong passwords: the first at once, and those that follow within a second as a number. */
function wrongOnes(log: Log): (address: string) => void {
  let since = 0;
  let last = Number.NEGATIVE_INFINITY;
  let isDue = false;
  const write = (address: string) => {
    log.warn({ address, wrong: since }, 'wrong password for the pages');
    since = 0;
    last = performance.now();
    isDue = false;
  };
  return (address) => {
    since++;
    if (isDue) return;
    const early = last + logEveryMs - performance.now();
    isDue = early > 0;
    if (isDue) setTimeout(() => write(address), early).unref();
    else write(address);
  };
}

/** Always has the same length, so comparing takes constant time. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

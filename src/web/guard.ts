import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { Settings } from '../config/settings.ts';
import { passwordOf, prepareHome } from '../engines/home.ts';

/** The user name that a browser is asked for. */
export const webUser = 'kith';

/** The password of Kith's pages: KITH_WEB_PASSWORD, or else one that is generated once per home. */
export function webPassword(settings: Settings): string {
  const password = settings.web.password ?? passwordOf(prepareHome(settings).passwords.web);
  if (!password) throw new Error('the home has no password for pages');
  return password;
}

/** Requires the user name and password, by HTTP basic authentication. */
export function guard(settings: Settings): RequestHandler {
  const expected = digest(`${webUser}:${webPassword(settings)}`);
  return (request, response, next) => {
    const [scheme = '', credentials = ''] = (request.headers.authorization ?? '').split(' ');
    const given = digest(Buffer.from(credentials, 'base64').toString());
    if (/^basic$/i.test(scheme) && timingSafeEqual(given, expected)) return next();
    response.status(401).set('WWW-Authenticate', 'Basic realm="Kith", charset="UTF-8"').send('Name and password?\n');
  };
}

/** Always has the same length, so comparing takes constant time. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

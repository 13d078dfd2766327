import type { RequestHandler } from 'express';

/**
 * Refuses what would change something on behalf of another site: a browser sends the name and the password along with
 * whatever any page asks of this address. (A name that is made to lead here, by DNS rebinding, is another origin: no
 * password is sent for it.)
 */
export function refuseOtherSites(): RequestHandler {
  return ({ method, headers }, response, next) => {
    const { origin, host } = headers;
    const site = headers['sec-fetch-site'];
    const isReading = method === 'GET' || method === 'HEAD';
    const isOwn =
      (site === undefined || site === 'same-origin') &&
      (origin === undefined || hostOf(origin) === host?.toLowerCase());
    if (isReading || isOwn) return next();
    response.status(403).type('text').send('Refused: the request comes from another site.\n');
  };
}

/** The scheme may differ behind a proxy that speaks TLS. */
function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

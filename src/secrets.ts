import { visible } from './control-characters.ts';

/** Variables whose whole value is secret: those of Kith, and of the libraries that it calls. */
const secretVariable =
  /^(KITH|AWS|OTEL|PG|MONGO\w*)_?(\w+_)?(PASSWORD|PASSPHRASE|SECRET|SECRET_KEY|SECRET_ACCESS_KEY|SESSION_TOKEN|TOKEN|API_KEY)$/;
/** Variables with `name=value` pairs, whose values are often API keys. */
const headerVariable = /^OTEL_\w*HEADERS$/;

/** Names of parameters, headers and options whose values are secret. */
const secretName =
  /(^|[-_.])(pass|pwd|sig|key|auth|jwt)$|(password|passwd|passphrase|secret|token|signature|credentials?|api-?key|access-?key(-?id)?|authorization)$/i;

/** Masking anything shorter would give it away, since its letters would be missing everywhere. */
const shortest = 4;

/** Secrets that are in no setting, such as generated passwords of a home. */
const learnt = new Set<string>();

/** Makes `withoutSecrets` mask this too, for passwords that are not in the environment. */
export function keepSecret(secret: string): void {
  learnt.add(secret);
}

/** Makes `withoutSecrets` mask the secrets of the URLs among these texts, such as a command's arguments. */
export function keepSecretsOf(texts: readonly string[]): void {
  for (const secret of texts.flatMap(secretsOfUrl)) learnt.add(secret);
}

/**
 * Replaces secrets in a text with `***`:
 * - the values of secret settings and the passwords of URLs in settings and arguments, wherever they are, whether plain,
 *   percent-encoded, or escaped as in JSON, in HTML or by `visible`, unless they are shorter than four characters;
 * - the password of any URL (`scheme://user:***@host`), and what looks like a token in the place of a user;
 * - the values of parameters, headers and options whose name says that they are secret (`password=`, `X-Amz-Signature=`,
 *   `Authorization:`).
 *
 * @example
 * withoutSecrets('no answer from postgres://kith:hush@db/kith') === 'no answer from postgres://kith:***@db/kith'
 */
export function withoutSecrets(text: string, env: NodeJS.ProcessEnv = process.env): string {
  return maskOf(env)(text);
}

/** `withoutSecrets` for many texts at once. */
export function maskOf(env: NodeJS.ProcessEnv): (text: string) => string {
  const secrets = formsOf(env);
  return (text) => {
    let masked = text;
    for (const secret of secrets) masked = masked.replaceAll(secret, '***');
    return maskPairs(maskUrls(masked));
  };
}

/** Masks what stands before the @ of each URL, also of one inside another. */
function maskUrls(text: string): string {
  return text.replace(/:\/\/((?:(?!:\/\/)\S)*)/g, (all, rest: string, at: number) => {
    const scheme = schemeBefore(text, at);
    const end = userEnd(scheme, rest);
    return end === -1 ? all : `://${maskedUser(scheme, rest.slice(0, end))}${rest.slice(end)}`;
  });
}

/** The scheme whose `://` is at this place. */
function schemeBefore(text: string, at: number): string {
  return /[a-z0-9+.-]*$/i.exec(text.slice(Math.max(0, at - 30), at))?.[0] ?? '';
}

/** Where the @ after a URL's user and password is, in what follows `://`; -1 if there is none. */
function userEnd(scheme: string, rest: string): number {
  // Up to the last @ before a path, as browsers and drivers read it; a password may hold an @.
  const authority = /^[^\s/?#]*/.exec(rest)?.[0] ?? '';
  if (authority.includes('@')) return authority.lastIndexOf('@');
  // A password that was not encoded may hold a / as well; a port is no password.
  const isHosts = /^(\[[\da-f:.]*\]|[^:,]*)(:\d{1,5})?(,(\[[\da-f:.]*\]|[^:,]*)(:\d{1,5})?)*$/i.test(authority);
  return isHosts || /^(s3|file)$/i.test(scheme) ? -1 : rest.lastIndexOf('@');
}

function maskedUser(scheme: string, user: string): string {
  const colon = user.indexOf(':');
  const [name, password] = colon === -1 ? [user, undefined] : [user.slice(0, colon), user.slice(colon + 1)];
  const isToken = /^(git\+)?https?$/i.test(scheme) && (/^(?=.*\d).{8,}$/.test(name) || name.length >= 20);
  if (password === undefined) return isToken ? '***' : user;
  return isToken && /^(x-oauth-basic)?$/.test(password) ? '***' : `${name}:***`;
}

/** Masks the values of pairs with a secret name: of a query, of headers, of options, and of JSON. */
function maskPairs(text: string): string {
  return text
    .replace(/([?&])([\w.%-]{1,64})=([^\s&#"'<>]+)/g, (all, before, name) =>
      isSecretName(name) ? `${before}${name}=***` : all,
    )
    .replace(/(?<![\w.%?&-])([\w.-]{1,64})=("[^"]*"|'[^']*'|[^\s,;&"'<>]+)/g, (all, name) =>
      isSecretName(name) ? `${name}=***` : all,
    )
    .replace(/"([\w.-]{1,64})"(\s*:\s*)"(?:[^"\\]|\\.)+"/g, (all, name, colon) =>
      isSecretName(name) ? `"${name}"${colon}"***"` : all,
    )
    .replace(
      /\b((?:proxy-)?authorization|(?:set-)?cookie|(?:x-[\w-]{0,40})?(?:api|access|auth)-?(?:key|token)|x-amz-security-token)(["']?:\s*["']?)(?:(?:basic|bearer|digest|token|apikey)\s+)?[^\s"',*][^\s"',]*/gi,
      '$1$2***',
    )
    .replace(/\b(bearer)\s+(?=\S*\d)[\w.~+/=-]{8,}/gi, '$1 ***');
}

function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/** Every spelling of every secret, longest first, because one may be part of another. */
function formsOf(env: NodeJS.ProcessEnv): string[] {
  const secrets = [...learnt];
  for (const [name, value = ''] of Object.entries(env)) {
    if (secretVariable.test(name)) secrets.push(value);
    else if (headerVariable.test(name))
      secrets.push(...value.split(',').map((pair) => pair.slice(pair.indexOf('=') + 1)));
    else if (value.includes('://')) secrets.push(...secretsOfUrl(value));
  }
  const forms = secrets.flatMap((secret) => {
    const spellings = [secret, secret.trim(), decoded(secret), secret.toLowerCase()];
    return [...spellings, ...spellings.flatMap((text) => [encoded(text), escaped(text), inHtml(text), visible(text)])];
  });
  return [...new Set(forms)].filter((form) => form.length >= shortest).sort((a, b) => b.length - a.length);
}

/** What may be secret in a URL; an unencoded password may contain characters that end it for a strict parser. */
function secretsOfUrl(text: string): string[] {
  const at = text.indexOf('://');
  const scheme = at === -1 ? 'file' : schemeBefore(text, at);
  if (/^(s3|file)$/i.test(scheme)) return [];
  const rest = text.slice(at + 3);
  const found = [/^[^:@/]*:([^/?#]*)@/.exec(rest)?.[1], /^[^:@]*:(.*)@/s.exec(rest)?.[1]];
  const [user = ''] = rest.split('@');
  if (rest.includes('@') && maskedUser(scheme, user) === '***') found.push(user.split(':')[0]);
  const url = text.slice(at - scheme.length);
  if (URL.canParse(url)) {
    const { password, searchParams } = new URL(url);
    found.push(password, ...[...searchParams].flatMap(([name, value]) => (isSecretName(name) ? [value] : [])));
  }
  // A driver that ends a password at its first @ takes the rest for a host.
  return found.flatMap((secret) => (secret === undefined ? [] : [secret, ...secret.split('@').slice(1)]));
}

/** A password may contain a % that encodes nothing. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Half a surrogate pair has no percent-encoding. */
function encoded(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return text;
  }
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** As the dashboard's pages spell it. */
function inHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

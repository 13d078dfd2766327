/** Settings whose whole value is secret. */
const secretNames = [
  'KITH_NEO4J_PASSWORD',
  'KITH_S3_SECRET_KEY',
  'KITH_WEB_PASSWORD',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
] as const;
/** Settings that are URLs and may contain a password. */
const urlNames = ['KITH_POSTGRES_URL', 'KITH_JOBS_URL', 'KITH_NEO4J_URI', 'KITH_ON_FAILURE'] as const;
/** Settings with `name=value` pairs, whose values are often API keys. */
const headerNames = ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_TRACES_HEADERS'] as const;

/** Masking anything shorter would give it away, since its letters would be missing everywhere. */
const shortest = 4;

/** Secrets that are in no setting, such as generated passwords of a home. */
const learnt = new Set<string>();

/** Makes `withoutSecrets` mask this too, for passwords that are not in the environment. */
export function keepSecret(secret: string): void {
  learnt.add(secret);
}

/**
 * Replaces secrets in a text with `***`: the password of any URL (`scheme://user:***@host`), and the values of secret
 * settings anywhere, whether plain, percent-encoded or escaped as in JSON. Values shorter than four characters are
 * masked in URLs only.
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
    // Up to the last @ before a path, as browsers and drivers read it; a password may hold an @.
    return masked.replace(/(:\/\/[^\s/?#:@]*):[^\s/?#]*@/g, '$1:***@');
  };
}

/** Every spelling of every secret, longest first, because one may be part of another. */
function formsOf(env: NodeJS.ProcessEnv): string[] {
  const secrets = [
    ...learnt,
    ...secretNames.map((name) => env[name] ?? ''),
    ...urlNames.flatMap((name) => passwordsOf(env[name] ?? '')),
    ...headerNames.flatMap((name) => (env[name] ?? '').split(',').map((pair) => pair.slice(pair.indexOf('=') + 1))),
  ];
  const forms = secrets.flatMap((secret) => {
    const spellings = [secret, secret.trim(), decoded(secret)];
    return [...spellings, ...spellings.map(encoded), ...spellings.map(escaped)];
  });
  return [...new Set(forms)].filter((form) => form.length >= shortest).sort((a, b) => b.length - a.length);
}

/** What may be the password of a URL; an unencoded one may contain characters that end it for a strict parser. */
function passwordsOf(url: string): string[] {
  const found = [/^[^:]+:\/\/[^:@]*:([^/?#]*)@/.exec(url)?.[1], /^[^:]+:\/\/[^:@]*:(.*)@/s.exec(url)?.[1]];
  if (URL.canParse(url)) found.push(new URL(url).password, new URL(url).searchParams.get('password') ?? undefined);
  return found.filter((password) => password !== undefined);
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

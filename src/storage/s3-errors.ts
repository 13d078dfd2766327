import { BadInputError, EngineError, FolderChangedError, InterruptedError, KithError, messageOf } from '../errors.ts';

/** What an SDK error tells: about S3's answer, or why there was none. */
interface SdkError {
  name?: string;
  /** For a network error, e.g. ECONNREFUSED. */
  code?: string;
  $metadata?: { httpStatusCode?: number };
}

const checkKeys =
  'check KITH_S3_ACCESS_KEY and KITH_S3_SECRET_KEY (without them, the credentials that AWS’s own tools use)';

/**
 * Turns an SDK error into a sentence for people; any other error is returned as it is.
 *
 * @param url the folder or object that was requested
 * @param server as it is shown to people
 */
export function s3Error(error: unknown, url: string, server: string): Error {
  if (error instanceof KithError || error instanceof TypeError || error instanceof RangeError) return error;
  const { name = '', code, $metadata } = error as SdkError;
  const status = $metadata?.httpStatusCode;
  const reason = code ?? (name === 'Error' || name === '' ? messageOf(error) : name);
  switch (name) {
    case 'NoSuchBucket':
      return new BadInputError(`${url}: ${server} has no such bucket; check the bucket's name and KITH_S3_ENDPOINT.`);
    case 'NoSuchKey':
      return new FolderChangedError(`${url} no longer exists; ${changes}`);
    case 'PreconditionFailed':
      return changedError(url);
    case 'InvalidAccessKeyId':
    case 'SignatureDoesNotMatch':
    case 'InvalidToken':
    case 'ExpiredToken':
      return new BadInputError(`${url}: ${server} refuses the keys (${name}); ${checkKeys}.`);
    case 'CredentialsProviderError':
      return new BadInputError(`${url}: no S3 keys were found; set KITH_S3_ACCESS_KEY and KITH_S3_SECRET_KEY.`);
    case 'AccessDenied':
      return new BadInputError(`${url}: the keys lack permission for it (${name}); grant it, or ${checkKeys}.`);
    case 'PermanentRedirect':
    case 'AuthorizationHeaderMalformed':
    case 'IllegalLocationConstraintException':
      return new BadInputError(`${url}: the bucket is in another region (${name}); set KITH_S3_REGION to it.`);
    case 'AbortError':
      return new InterruptedError('The request to S3 was stopped.');
  }
  if (/region is missing/i.test(messageOf(error)))
    return new BadInputError(`${url}: the bucket's region is unknown; set KITH_S3_REGION.`);
  if (status === undefined)
    return new EngineError(
      `${server} can't be reached for ${url} (${reason}); check that it is running and that KITH_S3_ENDPOINT is right.`,
    );
  if (status >= 300 && status < 500 && status !== 408 && status !== 429)
    return new BadInputError(
      `${url}: ${server} refuses the request (${status} ${reason}); check the name and settings.`,
    );
  return new EngineError(`${url}: ${server} failed (${status} ${reason}); check its health, then run again.`);
}

/** An object changed after its folder was listed. */
export function changedError(url: string): FolderChangedError {
  return new FolderChangedError(`${url} has changed since the folder was listed; ${changes}`);
}

const changes = 'the folder is changing while it is being read: wait until it is complete, then run again.';

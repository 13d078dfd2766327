import type { S3Client } from '@aws-sdk/client-s3';
import type { S3Settings } from '../config/settings.ts';

/** An S3 client, and the SDK it comes from. */
export interface S3 {
  sdk: typeof import('@aws-sdk/client-s3');
  client: S3Client;
  /** How errors refer to it. */
  server: string;
}

/** How often the SDK itself tries a request; an interrupted download is resumed beyond that. */
const attempts = 3;
const connectMs = 10_000;
/** How long a socket may be silent, before or during the response. */
const silenceMs = 60_000;

/** A connection ends with its response. So none is left behind, and nobody has to close a client. */
const ending = { keepAlive: false };

/**
 * Loads the SDK (which takes a third of a second, so only when S3 is used) and creates a client; nothing is sent yet.
 */
export async function connectS3(settings?: S3Settings): Promise<S3> {
  // Users of Kith can do nothing about the SDK's deprecation warnings.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const sdk = await import('@aws-sdk/client-s3');
  const { endpoint, region, keys } = settings ?? {};
  const client = new sdk.S3Client({
    endpoint,
    region,
    // Servers other than AWS rarely have a host name for each bucket.
    forcePathStyle: endpoint !== undefined,
    credentials: keys && { accessKeyId: keys.accessKey, secretAccessKey: keys.secretKey },
    maxAttempts: attempts,
    requestHandler: { connectionTimeout: connectMs, socketTimeout: silenceMs, httpAgent: ending, httpsAgent: ending },
    logger: silent,
  });
  return { sdk, client, server: endpoint === undefined ? 'S3' : `S3 at ${endpoint}` };
}

/** Without it the SDK writes to the console. */
const silent = { debug() {}, info() {}, warn() {}, error() {} };

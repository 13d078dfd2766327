import type { S3Client } from '@aws-sdk/client-s3';
import type { S3Settings } from '../config/settings.ts';

/** A client of S3 together with the SDK that it is of. */
export interface S3 {
  sdk: typeof import('@aws-sdk/client-s3');
  client: S3Client;
  /** As a person would call it, in errors. */
  server: string;
}

/** The SDK's own tries of a request; a download that breaks off is resumed beyond them. */
const attempts = 3;
const connectMs = 10_000;
/** As long a socket may be silent, before the answer or in the middle of it. */
const silenceMs = 60_000;

/** Loads the SDK, which takes a third of a second that only those pay who use S3, and makes a client; nothing is sent yet. */
export async function connectS3(settings?: S3Settings): Promise<S3> {
  // A person who runs Kith can do nothing about the SDK's plans.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const sdk = await import('@aws-sdk/client-s3');
  const { endpoint, region, keys } = settings ?? {};
  const client = new sdk.S3Client({
    endpoint,
    region,
    // Other servers than AWS seldom have a host name for every bucket.
    forcePathStyle: endpoint !== undefined,
    credentials: keys && { accessKeyId: keys.accessKey, secretAccessKey: keys.secretKey },
    maxAttempts: attempts,
    requestHandler: { connectionTimeout: connectMs, socketTimeout: silenceMs },
    logger: silent,
  });
  return { sdk, client, server: endpoint === undefined ? 'S3' : `S3 at ${endpoint}` };
}

/** Without it the SDK writes to the console. */
const silent = { debug() {}, info() {}, warn() {}, error() {} };

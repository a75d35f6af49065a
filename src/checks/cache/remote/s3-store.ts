import { hash } from 'node:crypto';
import { AwsClient } from 'aws4fetch';
import type { Fetch } from '../../../util/fetch.ts';
import type { CacheStore } from '../cache-store.ts';
import { objectsBy } from './http-store.ts';

/** A bucket of Amazon S3 or of a service that speaks the same. */
export interface S3StoreOptions {
  readonly bucket: string;
  readonly region: string;
  /** Of the service; null: Amazon's. */
  readonly endpoint: string | null;
  /** Before the name of every object. */
  readonly prefix: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials; null: none. */
  readonly sessionToken: string | null;
  readonly fetch: Fetch;
}

/**
 * Objects of a bucket. An object that is not there is 404 to whoever may list the bucket and 403 to everybody else
 * (docs.aws.amazon.com, "GetObject"), who is told so: it cannot be told from a key that is refused.
 */
export function s3Store(options: S3StoreOptions): CacheStore {
  const { bucket, region, endpoint, prefix, accessKeyId, secretAccessKey, sessionToken, fetch } = options;
  const signer = new AwsClient({
    accessKeyId,
    secretAccessKey,
    ...(sessionToken === null ? {} : { sessionToken }),
    region,
    service: 's3',
  });
  const base =
    endpoint === null
      ? `https://${bucket}.s3.${region}.amazonaws.com`
      : `${endpoint.replace(/\/+$/, '')}/${bucket}`;
  const folder = prefix.replace(/^\/+|\/+$/g, '');
  return objectsBy(async (method, name, body) => {
    const url = `${base}/${folder === '' ? '' : `${folder}/`}${name}`;
    const { headers } = await signer.sign(url, {
      method,
      headers: { 'x-amz-content-sha256': hash('sha256', body ?? '') },
    });
    return fetch(url, {
      method,
      headers,
      redirect: 'error',
      ...(body === undefined ? {} : { body: body }),
    });
  });
}

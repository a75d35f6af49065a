import type { Json } from '../../util/json.ts';

/** An approval that a deployment was carried out by, for the record. */
export interface GrantedApproval {
  /** The login of whoever agreed. */
  readonly by: string;
  /** Their comment; null where a reviewer of a GitHub environment agreed. */
  readonly url: string | null;
  /** When, milliseconds since the Unix epoch; null where GitHub does not say. */
  readonly at: number | null;
  /** The hash of the plan that was agreed to. */
  readonly plan: string;
}

/** The record as it was written; null where there is none, or it is not one. Pure. */
export function grantedApproval(written: Json | undefined): GrantedApproval | null {
  if (typeof written !== 'object' || written === null || Array.isArray(written)) return null;
  const { by, url, at, plan } = written as { readonly [key: string]: Json };
  if (typeof by !== 'string' || typeof plan !== 'string') return null;
  return {
    by,
    url: typeof url === 'string' ? url : null,
    at: typeof at === 'number' && Number.isSafeInteger(at) ? at : null,
    plan,
  };
}

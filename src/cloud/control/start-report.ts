import type { CloudInfo } from './cloud-info.ts';

/** What a daemon tells whoever launched it, as one line of JSON. */
export type StartReport =
  | { readonly ok: true; readonly info: CloudInfo }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly hint?: string };

import type { ComponentHash } from '../components/component.ts';

const ALGORITHMS = { sha1: 'SHA-1', sha256: 'SHA-256', sha384: 'SHA-384', sha512: 'SHA-512' } as const;

/** The digests of a Subresource Integrity value, as lock files have it: `sha512-…== sha1-…=`. */
export function hashesOf(integrity: unknown): readonly ComponentHash[] {
  if (typeof integrity !== 'string') return [];
  return integrity.split(/\s+/).flatMap((part) => {
    const [, name = '', base64 = ''] = /^(sha1|sha256|sha384|sha512)-([A-Za-z0-9+/]+=*)/.exec(part) ?? [];
    const algorithm = ALGORITHMS[name as keyof typeof ALGORITHMS] as ComponentHash['algorithm'] | undefined;
    if (algorithm === undefined) return [];
    return [{ algorithm, content: Buffer.from(base64, 'base64').toString('hex') }];
  });
}

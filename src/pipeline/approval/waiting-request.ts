import type { Json } from '../../util/json.ts';

/**
 * What waits for an approval, as it stands hidden in our comment: for people who ask what they agree to, and to start the
 * deployment again. Whoever may write can edit it, so that nothing is decided by it.
 */
export interface WaitingRequest {
  readonly version: 1;
  readonly environment: string;
  /** Full sha. */
  readonly commit: string;
  /** The hash of the plan, whole. */
  readonly plan: string;
  /** What the plan consists of, as `planParts` gives it. */
  readonly parts: Readonly<Record<string, string>>;
  /** Earlier plans of the same commit, newest first. */
  readonly earlier: readonly Pick<WaitingRequest, 'plan' | 'parts'>[];
  readonly action: 'deploy' | 'promote';
  /** Where GitHub runs the GitHub workflow: a branch or a tag. */
  readonly ref: string;
  readonly steps: readonly string[];
  readonly by: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** More are not kept: a plan that was replaced so often nobody remembers. */
export const EARLIER_MAX = 3;

const DATA = /<!-- glidepath:request ([A-Za-z0-9+/=]*) -->/;

/** The mark by which our comment about one commit in one environment is found again. Pure. */
export function requestMarker(environment: string, commit: string): string {
  return `<!-- glidepath:approval ${environment} ${commit} -->`;
}

/** The request as it stands in a comment: base64, so that nothing in it can end the comment. Pure. */
export function hiddenRequest(request: WaitingRequest): string {
  return `<!-- glidepath:request ${Buffer.from(JSON.stringify(request)).toString('base64')} -->`;
}

/** The request in a comment of ours; null where there is none, or somebody spoilt it. Pure. */
export function requestIn(body: string): WaitingRequest | null {
  const written = DATA.exec(body)?.[1];
  if (written === undefined) return null;
  try {
    const fields = JSON.parse(Buffer.from(written, 'base64').toString('utf8')) as Json;
    return requestOf(fields);
  } catch {
    return null;
  }
}

function requestOf(written: Json): WaitingRequest | null {
  const fields = fieldsOf(written);
  const { environment, commit, plan, action, ref, by, at } = fields;
  if (fields['version'] !== 1 || !isText(environment, /^[a-z][a-z0-9-]*$/)) return null;
  if (!isText(commit, /^[0-9a-f]{40}$/) || !isText(plan, HASH) || !isText(ref, /^[\w./-]{1,200}$/))
    return null;
  if (action !== 'deploy' && action !== 'promote') return null;
  return {
    version: 1,
    environment,
    commit,
    plan,
    parts: partsOf(fields['parts']),
    earlier: listOf(fields['earlier'])
      .map((each) => ({ plan: textOf(fieldsOf(each)['plan']), parts: partsOf(fieldsOf(each)['parts']) }))
      .filter((each) => HASH.test(each.plan))
      .slice(0, EARLIER_MAX),
    action,
    ref,
    steps: listOf(fields['steps']).map(textOf),
    by: textOf(by),
    at: typeof at === 'number' && Number.isSafeInteger(at) && Math.abs(at) < 8.64e15 ? at : 0,
  };
}

const HASH = /^[0-9a-f]{64}$/;

function partsOf(written: Json | undefined): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fieldsOf(written)).map(([name, hash]) => [name, textOf(hash)]));
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function fieldsOf(value: Json | undefined): { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as { readonly [key: string]: Json })
    : {};
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function isText(value: Json | undefined, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value);
}

import { createHash } from 'node:crypto';
import { ToolError } from '../diagnostics/tool-error.ts';
import type { Json } from '../util/json.ts';
import { sortedJson } from './sorted-json.ts';

/** Names of the files of an artifact that are not outputs. */
export const MANIFEST_FILE = 'artifact.json';
export const PROVENANCE_FILE = 'provenance.json';
export const SBOM_FILE = 'sbom.cdx.json';

/** What one commit was built into. Times are ISO 8601 in UTC, digests `sha256:…`; there is no path of a machine in it. */
export interface ArtifactManifest {
  readonly format: 1;
  readonly project: string;
  /** Full sha. */
  readonly commit: string;
  readonly committedAt: string;
  /** Whether files differed from the commit: then it cannot be made again from it. */
  readonly uncommitted: boolean;
  /** By path. */
  readonly files: readonly ArtifactFile[];
  /** By app. */
  readonly images: readonly ArtifactImage[];
  /** By name. */
  readonly checks: readonly ArtifactCheck[];
  /** Versions of what it was built with: `node` → `24.21.0`. */
  readonly tools: Readonly<Record<string, string>>;
  /** The version of Glidepath. */
  readonly glidepath: string;
  /** The digest of the bill of materials. */
  readonly sbom: string | null;
  readonly provenance: ArtifactProvenance | null;
}

/** A file beside the manifest. */
export interface ArtifactFile {
  /** From the directory of the manifest, with slashes. */
  readonly path: string;
  /** Of the content; of where it leads to for a link. */
  readonly digest: string;
  readonly bytes: number;
  readonly kind: 'file' | 'executable' | 'link';
  readonly role: 'output' | 'report' | 'sbom';
  /** The check that made it. */
  readonly check: string | null;
}

/** The image of an app. */
export interface ArtifactImage {
  readonly app: string;
  /** Of its OCI manifest. */
  readonly digest: string;
  /** Of config and layers; null where another machine made it. */
  readonly bytes: number | null;
}

/** How a check ended for this artifact. */
export interface ArtifactCheck {
  readonly name: string;
  /** Of the cache; null where it is not kept. */
  readonly key: string | null;
  /** `not-run`: it was left out, or something ended it before it came to an end. */
  readonly verdict: 'passed' | 'failed' | 'not-run';
  /** When the run ended that gave its result, also where that was there already; null where it is not known. */
  readonly at: string | null;
  readonly reports: readonly { readonly path: string; readonly digest: string }[];
}

/** Where it came from, and who vouches for it. */
export interface ArtifactProvenance {
  readonly digest: string;
  /** The public key; null for a statement that nobody signed. */
  readonly signedBy: string | null;
}

/** `sha256:…` of bytes. */
export function sha256(bytes: Uint8Array | string): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** The text of a manifest: the same for the same content, in whatever order it was put together. */
export function manifestText(manifest: ArtifactManifest): string {
  const ordered: ArtifactManifest = {
    ...manifest,
    files: by(manifest.files, ({ path }) => path),
    images: by(manifest.images, ({ app }) => app),
    checks: by(manifest.checks, ({ name }) => name).map((check) => ({
      ...check,
      reports: by(check.reports, ({ path }) => path),
    })),
  };
  return sortedJson(ordered as unknown as Json);
}

/** What the provenance speaks of: the manifest before the provenance was written into it. */
export function manifestBodyDigest(manifest: ArtifactManifest): string {
  return sha256(manifestText({ ...manifest, provenance: null }));
}

/** Reads a manifest. Throws ARTIFACT_INVALID for what is none, or of another format. */
export function parseManifest(text: string): ArtifactManifest {
  const value = parsed(text);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) throw notOne('is no JSON object');
  const record = value as Readonly<Record<string, unknown>>;
  if (record['format'] !== 1)
    throw notOne(`has the format ${JSON.stringify(record['format'])}, and this version reads 1`);
  const wrong = Object.entries(SHAPE).find(([name, isRight]) => !isRight(record[name]));
  if (wrong !== undefined) throw notOne(`says nothing that can be read in ${wrong[0]}`);
  return record as unknown as ArtifactManifest;
}

type Test = (value: unknown) => boolean;

const isText: Test = (value) => typeof value === 'string';
const isDigest: Test = (value) => typeof value === 'string' && /^sha256:[0-9a-f]{64}$/.test(value);
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isListOf =
  (names: Readonly<Record<string, Test>>): Test =>
  (value) =>
    Array.isArray(value) && value.every((item) => isRecord(item) && matches(item, names));
const matches = (item: Readonly<Record<string, unknown>>, names: Readonly<Record<string, Test>>): boolean =>
  Object.entries(names).every(([name, isRight]) => isRight(item[name]));

const SHAPE: Readonly<Record<string, Test>> = {
  project: isText,
  commit: (value) => typeof value === 'string' && /^[0-9a-f]{40,64}$/.test(value),
  committedAt: isText,
  files: isListOf({ path: isText, digest: isDigest, kind: isText, role: isText }),
  images: isListOf({ app: isText, digest: isDigest }),
  checks: isListOf({ name: isText, verdict: isText, reports: isListOf({ path: isText, digest: isDigest }) }),
  tools: isRecord,
  sbom: (value) => value === null || isDigest(value),
  provenance: (value) => value === null || (isRecord(value) && isDigest(value['digest'])),
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw notOne('is no JSON');
  }
}

function notOne(why: string): ToolError {
  return new ToolError('ARTIFACT_INVALID', `${MANIFEST_FILE} ${why}.`, {
    hint: 'Export it again: glidepath ci --export <dir>',
  });
}

function by<T>(items: readonly T[], name: (item: T) => string): readonly T[] {
  return items.toSorted((a, b) => (name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : 0));
}

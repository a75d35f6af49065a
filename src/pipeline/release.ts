import { createHash } from 'node:crypto';
import type { MigrationChecksums } from '../migrations/files/compare-files.ts';

/** Immutable: the built artifacts of one commit, by digest. */
export interface Release {
  /** `r-<7 of the commit>-<4 of the sha256 over the digests>`. */
  readonly id: string;
  readonly commit: string;
  readonly ref: string;
  /** App name → `sha256:…` of its image manifest: the same in every environment. */
  readonly digests: Readonly<Record<string, string>>;
  /** Database → its migration files. Of the commit, so no part of the id; missing where an older version stored it. */
  readonly migrations?: MigrationRecord;
  /** Its manifest and provenance; missing where an older version stored it, or none could be written. */
  readonly artifact?: ReleaseArtifact;
}

/** What a release was sealed with, when it was first deployed: files in `.glidepath/artifacts/<id>`. */
export interface ReleaseArtifact {
  /** `sha256:…` of the manifest and of the provenance. */
  readonly manifest: string;
  readonly provenance: string;
  /** The public key; null: nobody signed it. */
  readonly signedBy: string | null;
}

/** The migration files of a commit, by database. */
export type MigrationRecord = Readonly<Record<string, MigrationChecksums>>;

/** The release that these digests make up. The id depends on nothing but its content. */
export function releaseOf(commit: string, ref: string, digests: Readonly<Record<string, string>>): Release {
  const names = Object.keys(digests).toSorted();
  const content = names.map((name) => `${name}=${digests[name]}`).join('\n');
  const short = createHash('sha256').update(content).digest('hex').slice(0, 4);
  return { id: `r-${commit.slice(0, 7)}-${short}`, commit, ref, digests };
}

/** The `sha256:…` of `repository@sha256:…`. */
export function digestOf(image: string): string {
  return image.slice(image.indexOf('@') + 1);
}

import { randomUUID } from 'node:crypto';
import {
  chmod,
  copyFile,
  lstat,
  mkdir,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, normalize, resolve } from 'node:path';
import { ToolError } from '../diagnostics/tool-error.ts';
import type { Ed25519Signer } from '../util/ed25519.ts';
import {
  MANIFEST_FILE,
  PROVENANCE_FILE,
  SBOM_FILE,
  sha256,
  type ArtifactCheck,
  type ArtifactFile,
  type ArtifactImage,
} from './artifact-manifest.ts';
import { fileFacts } from './file-facts.ts';
import { exportName, requireReplaceable } from './export-place.ts';
import type { BuildFacts } from './provenance-statement.ts';
import { sealArtifact, type SealedArtifact } from './seal-artifact.ts';

/** A check with the files that it left, as paths from the root of the checkout, with slashes. */
export interface ExportedCheck extends Omit<ArtifactCheck, 'at' | 'reports'> {
  /** When the run ended that gave its result, milliseconds since the Unix epoch. */
  readonly at: number | null;
  readonly outputs: readonly string[];
  readonly reports: readonly string[];
}

/** What is put together, and where. */
export interface ExportRequest {
  /** Where it is to lie; `{commit}` and `{time}` in it are filled in. */
  readonly directory: string;
  /** The checkout that holds the files. */
  readonly root: string;
  readonly project: string;
  readonly commit: { readonly sha: string; readonly at: number };
  readonly uncommitted: boolean;
  readonly checks: readonly ExportedCheck[];
  /** Reports of all checks together. */
  readonly reports: readonly string[];
  readonly images: readonly ArtifactImage[];
  /** CycloneDX as JSON; null where there is none. */
  readonly sbom: string | null;
  readonly tools: Readonly<Record<string, string>>;
  readonly glidepath: string;
  readonly facts: BuildFacts;
  /** Null: the provenance is written unsigned. */
  readonly signer: Ed25519Signer | null;
}

/** What was written. */
export interface Exported extends SealedArtifact {
  /** Whole. */
  readonly directory: string;
}

/**
 * Copies outputs (`outputs/…`) and reports (`reports/…`) of checks with a manifest, the bill of materials and the
 * provenance into a directory, which is there whole or not at all. Throws ARTIFACT_INVALID where something else lies
 * there, and CLI_USAGE for a name that cannot be filled in.
 */
export async function exportArtifacts(request: ExportRequest): Promise<Exported> {
  const { commit, facts } = request;
  const directory = resolve(exportName(request.directory, { commit: commit.sha, time: facts.finishedAt }));
  await requireReplaceable(directory);
  await mkdir(dirname(directory), { recursive: true });
  const made = join(dirname(directory), `.${basename(directory)}.${randomUUID()}.unfinished`);
  try {
    await mkdir(made);
    const sealed = await fill(made, request);
    await putInPlace(made, directory);
    return { ...sealed, directory };
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

/** A rename cannot replace a directory with files: what was there steps aside first, and is gone afterwards. */
async function putInPlace(made: string, directory: string): Promise<void> {
  const aside = `${made}.before`;
  const hadOne = await rename(directory, aside).then(
    () => true,
    () => false,
  );
  try {
    await rename(made, directory);
  } catch (error) {
    if (hadOne) await rename(aside, directory);
    throw error;
  }
  await rm(aside, { recursive: true, force: true });
}

async function fill(made: string, request: ExportRequest): Promise<SealedArtifact> {
  const files = new Map<string, ArtifactFile>();
  const checks: ArtifactCheck[] = [];
  for (const { outputs, reports, at, ...check } of request.checks) {
    for (const path of outputs) await take(made, request, files, { path, role: 'output', check: check.name });
    const taken: ArtifactFile[] = [];
    for (const path of reports)
      taken.push(await take(made, request, files, { path, role: 'report', check: check.name }));
    checks.push({
      ...check,
      at: at === null ? null : new Date(at).toISOString(),
      reports: taken.map(({ path, digest }) => ({ path, digest })),
    });
  }
  for (const path of request.reports) await take(made, request, files, { path, role: 'report', check: null });
  if (request.sbom !== null) {
    await writeFile(join(made, SBOM_FILE), request.sbom);
    const facts = await fileFacts(join(made, SBOM_FILE));
    files.set(SBOM_FILE, { path: SBOM_FILE, ...facts, role: 'sbom', check: null });
  }
  const sealed = sealArtifact(
    {
      format: 1,
      project: request.project,
      commit: request.commit.sha,
      committedAt: new Date(request.commit.at).toISOString(),
      uncommitted: request.uncommitted,
      files: [...files.values()],
      images: request.images,
      checks,
      tools: request.tools,
      glidepath: request.glidepath,
      sbom: request.sbom === null ? null : sha256(request.sbom),
    },
    request.facts,
    request.signer,
  );
  await writeFile(join(made, PROVENANCE_FILE), sealed.provenanceText);
  await writeFile(join(made, MANIFEST_FILE), sealed.manifestText);
  return sealed;
}

interface Taken {
  readonly path: string;
  readonly role: 'output' | 'report';
  readonly check: string | null;
}

/** Where reports of Glidepath's own checks lie in a checkout; in an export they lie with all others. */
const OWN_REPORTS = '.glidepath/reports/';

/** Copies one file. What two checks name is taken once. */
async function take(
  made: string,
  { root }: ExportRequest,
  files: Map<string, ArtifactFile>,
  { path, role, check }: Taken,
): Promise<ArtifactFile> {
  const inner = normalize(path);
  if (isAbsolute(inner) || inner.startsWith('..')) throw notTaken(check, path, 'lies outside the checkout');
  const name = role === 'report' && path.startsWith(OWN_REPORTS) ? path.slice(OWN_REPORTS.length) : path;
  const target = `${role === 'output' ? 'outputs' : 'reports'}/${name}`;
  const known = files.get(target);
  if (known !== undefined) return known;
  const to = join(made, target);
  await mkdir(dirname(to), { recursive: true });
  await copy(join(root, path), to, { path, check });
  const file: ArtifactFile = { path: target, ...(await fileFacts(to)), role, check };
  files.set(target, file);
  return file;
}

async function copy(from: string, to: string, { path, check }: Pick<Taken, 'path' | 'check'>): Promise<void> {
  const facts = await lstat(from).catch(() => null);
  if (facts === null) throw notTaken(check, path, 'is gone');
  if (facts.isSymbolicLink()) {
    const link = await readlink(from);
    // One that leads elsewhere would lead nowhere, or into this machine, where the export is unpacked.
    if (!isAbsolute(link) && !normalize(join(dirname(path), link)).startsWith('..')) return symlink(link, to);
  }
  const followed = await stat(from).catch(() => null);
  if (followed === null || !followed.isFile()) throw notTaken(check, path, 'is no file');
  await copyFile(from, to);
  // What it may do counts, and not what the umask of this machine made of it.
  await chmod(to, (followed.mode & 0o100) === 0 ? 0o644 : 0o755);
}

function notTaken(check: string | null, path: string, why: string): ToolError {
  const who = check === null ? '' : `, which ${check} is to leave,`;
  return new ToolError('ARTIFACT_INVALID', `${path}${who} ${why}.`, {
    hint: `Run it again: glidepath ci ${check === null ? '' : `--only ${check} `}--force`,
  });
}

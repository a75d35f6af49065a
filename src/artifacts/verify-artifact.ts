import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '../diagnostics/tool-error.ts';
import {
  MANIFEST_FILE,
  manifestBodyDigest,
  manifestText,
  parseManifest,
  PROVENANCE_FILE,
  sha256,
  type ArtifactFile,
  type ArtifactManifest,
} from './artifact-manifest.ts';
import { hasSignatureOf, IN_TOTO_TYPE, isEnvelope, type DsseEnvelope } from './dsse.ts';
import { fileFacts, filesBelow } from './file-facts.ts';
import {
  PREDICATE_TYPE,
  STATEMENT_TYPE,
  subjectsOf,
  type ProvenanceStatement,
  type ResourceDescriptor,
} from './provenance-statement.ts';

/** One thing that is not as it was made. */
export interface ArtifactProblem {
  readonly kind:
    | 'changed'
    | 'missing'
    | 'extra'
    | 'commit'
    | 'signature'
    | 'key'
    | 'provenance'
    | 'manifest'
    | 'check';
  /** The file, or the image. */
  readonly about: string;
  /** One sentence. */
  readonly message: string;
}

/** What was found in a directory. */
export interface ArtifactVerdict {
  readonly manifest: ArtifactManifest;
  readonly problems: readonly ArtifactProblem[];
  /** The key whose signature holds; null where nobody signed, or the signature does not hold. */
  readonly signedBy: string | null;
}

/** What it is held against. */
export interface VerifyOptions {
  /** The public key that must have signed; null: any, or none. */
  readonly key: string | null;
  /** The commit that it must be of, whole or its beginning; null: whichever it says. */
  readonly commit: string | null;
}

/**
 * Looks whether an artifact is what it was made as: every file by its digest, nothing more and nothing less; the
 * provenance by the manifest, its subjects by the files, its signature by the key. Throws ARTIFACT_INVALID where there is
 * no manifest that can be read.
 */
export async function verifyArtifact(directory: string, options: VerifyOptions): Promise<ArtifactVerdict> {
  const text = await textIn(directory, MANIFEST_FILE);
  if (text === null)
    throw new ToolError('ARTIFACT_INVALID', `There is no ${MANIFEST_FILE} in ${directory}.`, {
      hint: 'Name a directory that was made by: glidepath ci --export <dir>',
    });
  const manifest = parseManifest(text);
  const problems = [
    ...writtenByHand(manifest, text),
    ...otherCommit(manifest, options.commit),
    ...(await wrongFiles(directory, manifest)),
    ...wrongSbom(manifest),
  ];
  const provenance = await wrongProvenance(directory, manifest, options.key);
  const all = [...problems, ...provenance.problems, ...failedChecks(manifest)];
  return { manifest, problems: all, signedBy: provenance.signedBy };
}

/** It is what it was made as, and was not fit for use then. */
function failedChecks({ checks }: ArtifactManifest): readonly ArtifactProblem[] {
  return checks.flatMap(({ name, verdict }) =>
    verdict === 'failed'
      ? [{ kind: 'check', about: name, message: `The check ${name} failed when it was made.` } as const]
      : [],
  );
}

function writtenByHand(manifest: ArtifactManifest, text: string): readonly ArtifactProblem[] {
  if (manifestText(manifest) === text) return [];
  return [problem('manifest', MANIFEST_FILE, 'is not as it was written: its order or its spaces differ')];
}

function otherCommit(manifest: ArtifactManifest, commit: string | null): readonly ArtifactProblem[] {
  if (commit === null || manifest.commit.startsWith(commit)) return [];
  return [
    problem('commit', MANIFEST_FILE, `is of ${manifest.commit.slice(0, 7)}, not of ${commit.slice(0, 7)}`),
  ];
}

async function wrongFiles(
  directory: string,
  manifest: ArtifactManifest,
): Promise<readonly ArtifactProblem[]> {
  const there = (await filesBelow(directory)).filter(
    (path) => path !== MANIFEST_FILE && path !== PROVENANCE_FILE,
  );
  const named = new Set(manifest.files.map(({ path }) => path));
  const extra = there
    .filter((path) => !named.has(path))
    .map((path) => problem('extra', path, 'is there and the manifest does not name it'));
  const found = new Set(there);
  const wrong: ArtifactProblem[] = [];
  for (const file of manifest.files) {
    if (!found.has(file.path))
      wrong.push(problem('missing', file.path, 'is named by the manifest and not there'));
    else wrong.push(...(await differing(directory, file)));
  }
  return [...wrong, ...extra];
}

async function differing(directory: string, file: ArtifactFile): Promise<readonly ArtifactProblem[]> {
  const { digest, kind } = await fileFacts(join(directory, file.path));
  if (digest !== file.digest)
    return [
      problem('changed', file.path, `was changed: it is ${short(digest)}, and was ${short(file.digest)}`),
    ];
  return kind === file.kind
    ? []
    : [problem('changed', file.path, `was changed: ${kind}, and was ${file.kind}`)];
}

function wrongSbom({ sbom, files }: ArtifactManifest): readonly ArtifactProblem[] {
  const file = files.find(({ role }) => role === 'sbom');
  if ((file?.digest ?? null) === sbom) return [];
  return [problem('manifest', MANIFEST_FILE, 'names another bill of materials than the one among its files')];
}

interface ProvenanceFound {
  readonly problems: readonly ArtifactProblem[];
  readonly signedBy: string | null;
}

async function wrongProvenance(
  directory: string,
  manifest: ArtifactManifest,
  key: string | null,
): Promise<ProvenanceFound> {
  const text = await textIn(directory, PROVENANCE_FILE);
  if (text === null) return { problems: [provenanceProblem('missing', 'is not there')], signedBy: null };
  const problems: ArtifactProblem[] = [];
  if (sha256(text) !== manifest.provenance?.digest)
    problems.push(provenanceProblem('changed', 'is not the one that the manifest names'));
  const document = parsed(text);
  const envelope = isEnvelope(document) ? document : null;
  const signed = signature(envelope, manifest, key);
  const statement = envelope === null ? document : payloadOf(envelope);
  problems.push(...signed.problems, ...wrongStatement(statement, manifest));
  return { problems, signedBy: signed.signedBy };
}

function signature(
  envelope: DsseEnvelope | null,
  manifest: ArtifactManifest,
  key: string | null,
): ProvenanceFound {
  const claimed = manifest.provenance?.signedBy ?? null;
  if (envelope === null || envelope.signatures.length === 0) {
    if (key === null && claimed === null) return { problems: [], signedBy: null };
    const asked = claimed === null ? '' : `, and the manifest says that ${claimed} signed it`;
    return { problems: [provenanceProblem('signature', `has no signature${asked}`)], signedBy: null };
  }
  const keyId = envelope.signatures[0]?.keyid ?? '';
  const expected = key ?? keyId;
  if (hasSignatureOf(envelope, expected)) return { problems: [], signedBy: expected };
  // Signed well by another key is another matter than changed after it was signed.
  if (key !== null && key !== keyId && hasSignatureOf(envelope, keyId))
    return { problems: [provenanceProblem('key', `is signed by ${keyId}, not by ${key}`)], signedBy: null };
  return {
    problems: [
      provenanceProblem('signature', `has a signature of ${keyId} that does not hold: it was changed after`),
    ],
    signedBy: null,
  };
}

function wrongStatement(value: unknown, manifest: ArtifactManifest): readonly ArtifactProblem[] {
  const statement = value as Partial<ProvenanceStatement> | null;
  if (statement?._type !== STATEMENT_TYPE || statement.predicateType !== PREDICATE_TYPE)
    return [provenanceProblem('provenance', 'is no in-toto statement with SLSA provenance')];
  const problems = wrongSubjects(statement.subject ?? [], manifest);
  const { buildDefinition, runDetails } = statement.predicate ?? {};
  const commit = buildDefinition?.resolvedDependencies?.find(({ digest }) => 'gitCommit' in digest)?.digest[
    'gitCommit'
  ];
  if (commit !== manifest.commit)
    problems.push(
      problem(
        'commit',
        MANIFEST_FILE,
        `says ${manifest.commit.slice(0, 7)}, and was made of ${(commit ?? 'nothing').slice(0, 7)}`,
      ),
    );
  const body = runDetails?.byproducts?.find(({ name }) => name === MANIFEST_FILE)?.digest['sha256'];
  if (`sha256:${body ?? ''}` !== manifestBodyDigest(manifest))
    problems.push(problem('manifest', MANIFEST_FILE, 'is not the manifest that the provenance speaks of'));
  return problems;
}

function wrongSubjects(
  subjects: readonly ResourceDescriptor[],
  manifest: ArtifactManifest,
): ArtifactProblem[] {
  const made = new Map(subjects.map(({ name, digest }) => [name ?? '', digest['sha256']]));
  const problems: ArtifactProblem[] = [];
  for (const { name = '', digest } of subjectsOf(manifest)) {
    const was = made.get(name);
    made.delete(name);
    if (was === digest['sha256']) continue;
    const what =
      was === undefined ? 'the provenance does not speak of it' : 'the provenance speaks of other content';
    problems.push(problem('provenance', name, `is in the manifest, and ${what}`));
  }
  for (const name of made.keys())
    problems.push(problem('provenance', name, 'is in the provenance, and the manifest does not name it'));
  return problems;
}

function payloadOf(envelope: DsseEnvelope): unknown {
  if (envelope.payloadType !== IN_TOTO_TYPE) return null;
  return parsed(Buffer.from(envelope.payload, 'base64').toString('utf8'));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

async function textIn(directory: string, name: string): Promise<string | null> {
  return readFile(join(directory, name), 'utf8').catch(() => null);
}

function problem(kind: ArtifactProblem['kind'], about: string, what: string): ArtifactProblem {
  return { kind, about, message: `${about} ${what}.` };
}

function provenanceProblem(kind: ArtifactProblem['kind'], what: string): ArtifactProblem {
  return problem(kind, PROVENANCE_FILE, what);
}

function short(digest: string): string {
  return digest.slice(0, 19);
}

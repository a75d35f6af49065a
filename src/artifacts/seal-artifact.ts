import type { Ed25519Signer } from '../util/ed25519.ts';
import type { Json } from '../util/json.ts';
import { manifestText, sha256, type ArtifactManifest } from './artifact-manifest.ts';
import { signedEnvelope } from './dsse.ts';
import { provenanceStatement, type BuildFacts } from './provenance-statement.ts';
import { sortedJson } from './sorted-json.ts';

/** A manifest with its provenance, as both are written. */
export interface SealedArtifact {
  readonly manifest: ArtifactManifest;
  readonly manifestText: string;
  /** `sha256:…` of the text. */
  readonly manifestDigest: string;
  /** A DSSE envelope, or without a key the statement as it is. */
  readonly provenanceText: string;
}

/** Writes the provenance of a manifest and names it in the manifest. Signed where there is a key. */
export function sealArtifact(
  manifest: Omit<ArtifactManifest, 'provenance'>,
  facts: BuildFacts,
  signer: Ed25519Signer | null,
): SealedArtifact {
  const statement = provenanceStatement({ ...manifest, provenance: null }, facts);
  const payload = sortedJson(statement as unknown as Json);
  const provenanceText =
    signer === null ? payload : sortedJson(signedEnvelope(Buffer.from(payload), signer) as unknown as Json);
  const whole: ArtifactManifest = {
    ...manifest,
    provenance: { digest: sha256(provenanceText), signedBy: signer?.publicKey ?? null },
  };
  const text = manifestText(whole);
  return { manifest: whole, manifestText: text, manifestDigest: sha256(text), provenanceText };
}

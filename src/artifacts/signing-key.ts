import { ToolError } from '../diagnostics/tool-error.ts';
import { ed25519Signer, isEd25519Name, type Ed25519Signer } from '../util/ed25519.ts';

/** The variable that holds the private key of provenance. */
export const SIGNING_KEY = 'GLIDEPATH_SIGNING_KEY';

/** The key of the environment; null where there is none. Throws ARTIFACT_KEY_INVALID, without a letter of it. */
export function signingKey(value: string | undefined): Ed25519Signer | null {
  if (value === undefined || value.trim() === '') return null;
  const signer = ed25519Signer(value);
  if (signer !== null) return signer;
  throw new ToolError('ARTIFACT_KEY_INVALID', `${SIGNING_KEY} holds no Ed25519 private key.`, {
    hint: 'Put the PEM of one there (openssl genpkey -algorithm ed25519), or its raw 32 bytes in base64.',
  });
}

/** A public key as it was typed. Throws ARTIFACT_KEY_INVALID. */
export function publicKeyName(value: string): string {
  if (isEd25519Name(value)) return value;
  throw new ToolError('ARTIFACT_KEY_INVALID', `${value} is no public key.`, {
    hint: 'It is written ed25519:… with 43 letters; glidepath artifact verify <dir> prints the one that signed.',
  });
}

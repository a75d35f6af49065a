import { isSignedBy, type Ed25519Signer } from '../util/ed25519.ts';

/** What an in-toto statement is called in an envelope. */
export const IN_TOTO_TYPE = 'application/vnd.in-toto+json';

/** A signed document: Dead Simple Signing Envelope, version 1 (https://github.com/secure-systems-lab/dsse). */
export interface DsseEnvelope {
  readonly payloadType: string;
  /** Base64. */
  readonly payload: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

/** The bytes that are signed: type and content with their lengths, so that neither can be taken for the other. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Buffer {
  const type = Buffer.from(payloadType, 'utf8');
  const head = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} `), type]);
  return Buffer.concat([head, Buffer.from(` ${payload.length} `), payload]);
}

/** Signs a document. The key id is the public key itself. */
export function signedEnvelope(payload: Uint8Array, signer: Ed25519Signer): DsseEnvelope {
  const sig = signer.sign(preAuthEncoding(IN_TOTO_TYPE, payload)).toString('base64');
  return {
    payloadType: IN_TOTO_TYPE,
    payload: Buffer.from(payload).toString('base64'),
    signatures: [{ keyid: signer.publicKey, sig }],
  };
}

/** Whether that key signed this very document. */
export function hasSignatureOf(envelope: DsseEnvelope, publicKey: string): boolean {
  const bytes = preAuthEncoding(envelope.payloadType, Buffer.from(envelope.payload, 'base64'));
  return envelope.signatures.some(({ sig }) => isSignedBy(publicKey, bytes, Buffer.from(sig, 'base64')));
}

/** Whether a document that was read is an envelope. */
export function isEnvelope(value: unknown): value is DsseEnvelope {
  const record = (value ?? {}) as Readonly<Record<string, unknown>>;
  return (
    typeof record['payloadType'] === 'string' &&
    typeof record['payload'] === 'string' &&
    Array.isArray(record['signatures']) &&
    record['signatures'].every((each: unknown) => typeof (each as { sig?: unknown } | null)?.sig === 'string')
  );
}

import type { Secret } from '../../diagnostics/secret.ts';

/**
 * Seals a value for GitHub's public key, as libsodium's `crypto_box_seal` does: only GitHub can open it, not even whoever
 * sealed it (docs.github.com, "Encrypting secrets for the REST API"). Both are base64.
 */
export async function sealSecret(value: Secret, publicKey: string): Promise<string> {
  const { default: sodium } = await import('libsodium-wrappers');
  await sodium.ready;
  const { ORIGINAL } = sodium.base64_variants;
  const sealed = sodium.crypto_box_seal(
    sodium.from_string(value.reveal()),
    sodium.from_base64(publicKey, ORIGINAL),
  );
  return sodium.to_base64(sealed, ORIGINAL);
}

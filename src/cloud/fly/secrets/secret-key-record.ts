/** The kinds of keys of the real API. Source: fly-go, secret types. */
export const SECRET_KEY_TYPES = [
  'SECRET_TYPE_KMS_HS256',
  'SECRET_TYPE_KMS_HS384',
  'SECRET_TYPE_KMS_HS512',
  'SECRET_TYPE_KMS_XAES256GCM',
  'SECRET_TYPE_KMS_NACL_AUTH',
  'SECRET_TYPE_KMS_NACL_BOX',
  'SECRET_TYPE_KMS_NACL_SECRETBOX',
  'SECRET_TYPE_KMS_NACL_SIGN',
] as const;

/** A kind of key. */
export type SecretKeyType = (typeof SECRET_KEY_TYPES)[number];

/** A key of an app that is used by asking the platform, and never read. */
export interface SecretKeyRecord {
  readonly name: string;
  readonly type: SecretKeyType;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Base64 of the key; for a signing pair of its 32 byte seed. */
  readonly key: string;
}

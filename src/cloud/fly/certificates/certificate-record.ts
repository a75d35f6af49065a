/** What a DNS look-up said about a hostname when it was last asked for. */
export interface CertificateProofs {
  /** An address or alias leads to the app: a connection by the name arrives there. */
  readonly isPointing: boolean;
  /** `_acme-challenge` is the alias that was asked for. */
  readonly hasAcmeChallenge: boolean;
  /** `_fly-ownership` holds the text that was asked for. */
  readonly hasOwnershipText: boolean;
}

/** A certificate that somebody has brought. Its key is not kept: the local edge speaks no TLS. */
export interface CustomCertificate {
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly issuer: string;
}

/** A hostname of an app, with its certificates. */
export interface CertificateRecord {
  /** In lower case; may begin with `*.`. */
  readonly hostname: string;
  readonly createdAt: number;
  updatedAt: number;
  proofs: CertificateProofs;
  /** A certificate of the platform's own is wanted. */
  isAcmeRequested: boolean;
  /** When it was issued, or null. */
  acmeIssuedAt: number | null;
  custom: CustomCertificate | null;
}

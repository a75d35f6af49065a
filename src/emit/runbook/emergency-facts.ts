/** What is known of one app where commands are filled in; null or empty: a placeholder stands there instead. */
export interface EmergencyFacts {
  readonly machines: readonly EmergencyMachine[];
  /** The image of the live release, `registry/app@sha256:…`. */
  readonly image: string | null;
  /** What to go back to. */
  readonly previous: { readonly release: string; readonly image: string } | null;
}

/** One machine as the platform shows it. */
export interface EmergencyMachine {
  readonly id: string;
  readonly region: string;
  readonly state: string;
  readonly release: string | null;
  readonly digest: string | null;
}

/** Of an app of which nothing was asked: what a runbook is written from. */
export const NOTHING_KNOWN: EmergencyFacts = { machines: [], image: null, previous: null };

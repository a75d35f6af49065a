/** What the refs of a repository were when everything that follows from them had been done. */
export interface RefsRecord {
  readonly id: number;
  readonly refs: Readonly<Record<string, string>>;
}

/** Why an event came about, which decides whether GitHub workflows start by it. */
export type EventCause = 'person' | 'app' | 'job';

/** A change of refs that has begun: who is behind it, should the cloud be killed before it is told of. */
export interface PushRecord {
  readonly id: number;
  readonly repositoryId: number;
  readonly login: string;
  readonly cause: EventCause;
  /** The process of git that carries it out, as long as there is one. */
  readonly pid: number | null;
  readonly processIdentity: string | null;
  /** What merges by it, once its base is at `sha`. */
  readonly merge: { readonly number: number; readonly sha: string } | null;
}

export interface HookRecord {
  readonly id: number;
  readonly repositoryId: number;
  readonly url: string;
  readonly contentType: 'json' | 'form';
  readonly secret: string | null;
  readonly insecureSsl: string;
  readonly events: readonly string[];
  readonly isActive: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly lastResponse: {
    readonly code: number | null;
    readonly status: string;
    readonly message: string | null;
  };
}

/** One attempt to tell a hook of an event. */
export interface DeliveryRecord {
  readonly id: number;
  readonly hookId: number;
  readonly repositoryId: number;
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  readonly isRedelivery: boolean;
  /** `pending` until it was answered, or nobody answered. */
  readonly state: 'pending' | 'done';
  readonly status: string;
  readonly statusCode: number;
  readonly durationMs: number;
  readonly at: number;
  readonly url: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly payload: string;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly responseBody: string | null;
}

/** An event that not everybody was told of yet. */
export interface EventRecord {
  readonly id: string;
  readonly name: string;
  readonly action: string | null;
  readonly repositoryId: number;
  readonly sender: string;
  readonly cause: EventCause;
  readonly at: number;
  readonly payload: Readonly<Record<string, unknown>>;
}

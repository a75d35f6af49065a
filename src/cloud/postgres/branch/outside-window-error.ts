import type { PostgresMoment, PostgresWindow } from '../postgres-service.ts';

/** A moment was asked for to which a cluster cannot be restored. */
export class OutsideWindowError extends Error {
  override readonly name: string = 'OutsideWindowError';
  readonly clusterId: string;
  readonly at: PostgresMoment;
  readonly window: PostgresWindow;

  constructor(clusterId: string, at: PostgresMoment, window: PostgresWindow) {
    const [from, to] = [window.from, window.to].map((ms) => new Date(ms).toISOString());
    const asked = typeof at === 'number' ? new Date(at).toISOString() : at.lsn;
    super(`${clusterId} can be restored to a time from ${from} to ${to}; ${asked} is outside of that.`);
    this.clusterId = clusterId;
    this.at = at;
    this.window = window;
  }
}

/** How much longer a request takes to each region than it would take on this computer. */
export class RegionLatency {
  readonly #ms: Map<string, number>;

  constructor(initial: Readonly<Record<string, number>> = {}) {
    this.#ms = new Map(Object.entries(initial));
  }

  /** Milliseconds for both directions together; 0 where nothing is set. */
  of(region: string): number {
    return this.#ms.get(region) ?? 0;
  }

  /** From the next request on. */
  set(region: string, latencyMs: number): void {
    this.#ms.set(region, latencyMs);
  }
}

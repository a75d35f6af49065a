import type { Pacer } from '../../src/providers/http/pacer.ts';

/** For providers on a local cloud that limits nobody. */
export const UNPACED: Pacer = { take: () => Promise.resolve() };

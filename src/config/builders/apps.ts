import type {
  FlyAppDefinition,
  FlyAppOptions,
  VercelAppDefinition,
  VercelAppOptions,
} from '../definition/app-definition.ts';

/** An app on Fly.io. */
export function flyApp<const A extends string = never, const D extends string = never>(
  options: FlyAppOptions<A, D>,
): FlyAppDefinition<A, D> {
  return { ...options, platform: 'fly' };
}

/** An app on Vercel. */
export function vercelApp<const A extends string = never, const D extends string = never>(
  options: VercelAppOptions<A, D>,
): VercelAppDefinition<A, D> {
  return { ...options, platform: 'vercel' };
}

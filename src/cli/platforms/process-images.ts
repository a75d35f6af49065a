/** Whether a host name, with or without a port, is this machine. */
export function isThisMachine(host: string): boolean {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/.test(host);
}

/**
 * Whether images are to be built for machines that are processes although no `--local` was given: a local cloud that is
 * reached as the real platform is, by FLY_FLAPS_BASE_URL, cannot say so itself. GLIDEPATH_IMAGES=process says it, and
 * counts only for an address on this machine: the real platform runs nothing but containers.
 */
export function wantsProcessImages(env: Readonly<Record<string, string | undefined>>): boolean {
  const host = URL.parse(env['FLY_FLAPS_BASE_URL'] ?? '')?.host ?? '';
  return env['GLIDEPATH_IMAGES'] === 'process' && isThisMachine(host);
}

/**
 * What put this process here: the release where the environment names it, else the image that the platform names, cut
 * to what a person compares; `none` outside a deployment.
 */
export function runningRelease(env: Readonly<Record<string, string | undefined>> = process.env): string {
  const digest = /@(sha256:[0-9a-f]{12})/.exec(env['FLY_IMAGE_REF'] ?? '')?.[1];
  return env['GLIDEPATH_RELEASE'] ?? digest ?? 'none';
}

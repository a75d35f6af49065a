/** Of every command that carries something out in an environment. */
export const WAIT_FOR_LOCK = [
  '--wait-for-lock <duration>',
  'how long to wait for other runs of the environment; 30m in CI, no limit otherwise',
] as const;

/** Of every command that puts something else into an environment. */
export const CONFIRM = [
  '--confirm <environment>',
  'repeat the environment’s name as a safeguard; required in manual runs of GitHub Actions',
] as const;

/** Of every command that carries out what reviewers of GitHub agreed to. */
export const REVIEWED = [
  '--reviewed <plan@time>',
  'in GitHub Actions: the plan that reviewers approved, and when; refused if the plan is another by now',
] as const;

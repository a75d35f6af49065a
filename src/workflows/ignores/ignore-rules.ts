import type { AboutRule } from '../rules/rule.ts';

/** One that says no reason. */
export const WITHOUT_REASON: AboutRule = {
  id: 'ignore-without-reason',
  title: 'An ignore directive without a reason',
  severity: 'error',
  persona: 'regular',
  what: 'glidepath-ignore or glidepath-ignore-file without a colon and a reason behind the rules. It counts for nothing.',
  why: 'Whoever reads the file later has to know why this was accepted; so has whoever approves it now.',
  hint: 'Say why it may be so: # glidepath-ignore <rule>: <why this may be>',
};

/** One that says nothing that the linter knows. */
export const UNKNOWN: AboutRule = {
  id: 'ignore-unknown',
  title: 'An ignore directive that means nothing',
  severity: 'error',
  persona: 'regular',
  what: 'A directive with the name of a rule that does not exist, with no name at all, or with a slip in the word itself.',
  why: 'It was meant to leave something out and does not, or will not when the rule is met.',
  hint: 'Write the name as the findings say it.',
};

/** One that leaves nothing out. */
export const UNUSED: AboutRule = {
  id: 'ignore-unused',
  title: 'An ignore directive that leaves nothing out',
  severity: 'warning',
  persona: 'regular',
  what: 'A directive for a rule that finds nothing in what it stands above, or in its file.',
  why: 'It would hide a later mistake that nobody has thought about.',
  hint: 'Take the directive away.',
};

/** The rules about directives; no directive reaches them. */
export const IGNORE_RULES: readonly AboutRule[] = [WITHOUT_REASON, UNKNOWN, UNUSED];

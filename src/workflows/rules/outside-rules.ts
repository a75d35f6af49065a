import type { AboutRule } from './rule.ts';

/** What GitHub refuses, or would not carry out as it is written. */
export const SYNTAX_RULE: AboutRule = {
  id: 'workflow-syntax',
  title: 'A GitHub workflow that GitHub refuses',
  severity: 'error',
  persona: 'regular',
  what:
    'Keys, types, events, expressions and their contexts, inputs of known actions and of GitHub workflows that are called: ' +
    'whatever the parser and the language service that GitHub publishes refuse.',
  why: 'GitHub does not start such a workflow at all, or fails it before its first step.',
  hint: 'Write it as docs.github.com has it: Workflow syntax for GitHub Actions.',
};

/** What is probably a slip. */
export const CONTEXT_RULE: AboutRule = {
  id: 'workflow-context',
  title: 'A value that may not be there',
  severity: 'warning',
  persona: 'regular',
  what: 'What the language service warns of: an output, a step or a matrix value that nothing sets.',
  why: 'It is empty then, without an error.',
  hint: 'Name something that is set.',
};

/** A script that bash cannot read. */
export const SCRIPT_RULE: AboutRule = {
  id: 'script-syntax',
  title: 'A script that bash cannot read',
  severity: 'error',
  persona: 'regular',
  what: 'The script of a step, read by `bash -n` with every expression replaced by a word. Nothing of it is run.',
  why: 'The step fails, and what stands before the mistake has been done by then.',
  hint: 'Mend the script; keep its work in a file that is tested, and call that.',
};

/** What others find, in the form of rules. */
export const OUTSIDE_RULES: readonly AboutRule[] = [SYNTAX_RULE, CONTEXT_RULE, SCRIPT_RULE];

import { z } from 'zod';
import { rule, type Problem } from './problem.ts';
import { text } from './scalars.ts';

const PLACEHOLDERS = ['{app}', '{environment}'];

/** Written by git and by Glidepath itself: no place for generated files. */
const TAKEN = new Set(['.git', '.glidepath', 'node_modules']);

/** Where a generated file of each app and environment goes. */
export const fileTemplateSchema: z.ZodType<string> = rule(text, (template) => {
  const unknown = (template.match(/\{[^}]*\}/g) ?? []).find((part) => !PLACEHOLDERS.includes(part));
  return unknown === undefined
    ? outsideProblem(template)
    : {
        says: `has the placeholder ${unknown}, which does not exist`,
        hint: `There are ${PLACEHOLDERS.join(' and ')}.`,
      };
});

/** Where the one file of its kind goes. */
export const filePathSchema: z.ZodType<string> = rule(text, (path) =>
  path.includes('{')
    ? {
        says: 'has a placeholder, but there is one runbook for the whole project',
        hint: 'Write a plain path.',
      }
    : outsideProblem(path),
);

/** Files are written into the project and nowhere else. */
function outsideProblem(path: string): Problem | null {
  const parts = path.split('/');
  const isPlain =
    parts.every((part) => part !== '' && part !== '.' && part !== '..') && !/[\\:\0]/.test(path);
  if (isPlain && !TAKEN.has(parts[0] ?? '')) return null;
  return {
    says: `is ${JSON.stringify(path)}, which is no file of the project`,
    hint: 'Write a path from the folder of glidepath.config.ts, such as docs/RUNBOOK.md.',
  };
}

import { allScalars, entryAt, itemsOf, scalarAt, textAt, valueAt } from '../../read/yaml-access.ts';
import { ofKind } from '../check.ts';
import type { Example, Found, WorkflowRule } from '../rule.ts';

const dependabot = (lines: string): Example => ({
  '.github/dependabot.yml': `version: 2\nupdates:\n  - package-ecosystem: npm\n    directory: /\n    schedule:\n      interval: weekly\n${lines}`,
});

/** What was published a minute ago. */
export const dependabotCooldown: WorkflowRule = {
  id: 'dependabot-cooldown',
  title: 'Dependabot without a cooldown',
  severity: 'warning',
  persona: 'regular',
  what: 'Updates without `cooldown`, or with one of less than seven days.',
  why: 'A version that somebody slipped something into is found out within days; without a wait it is merged before.',
  hint: 'Wait some days; security updates come without the wait.',
  bad: dependabot(''),
  good: dependabot('    cooldown:\n      default-days: 7\n'),
  check: ofKind('dependabot', ({ yaml }) =>
    itemsOf(valueAt(yaml, 'updates')).flatMap((update): readonly Found[] => {
      const days = scalarAt(update, 'cooldown', 'default-days');
      const at = entryAt(update, 'package-ecosystem')?.at ?? update;
      if (days === null)
        return [
          {
            at,
            message: 'New versions are taken the moment they are published.',
            code: 'cooldown:\n  default-days: 7',
          },
        ];
      return Number(days.text) < 7
        ? [{ at: days, message: `${days.text} days are fewer than it takes to find out.` }]
        : [];
    }),
  ),
};

/** Updating runs what is updated to. */
export const dependabotExecution: WorkflowRule = {
  id: 'dependabot-execution',
  title: 'Dependabot runs foreign code',
  severity: 'error',
  persona: 'regular',
  what: '`insecure-external-code-execution: allow`.',
  why: 'The code of a package that nobody has looked at yet runs with the credentials of the registries.',
  hint: 'Take it away, or say deny.',
  bad: dependabot('    insecure-external-code-execution: allow\n    cooldown:\n      default-days: 7\n'),
  good: dependabot('    cooldown:\n      default-days: 7\n'),
  check: ofKind('dependabot', ({ yaml }) =>
    itemsOf(valueAt(yaml, 'updates')).flatMap((update) => {
      const entry = entryAt(update, 'insecure-external-code-execution');
      return entry !== null && textAt(entry.value) === 'allow'
        ? [{ at: entry.at, message: 'An update runs the code of what it updates to.' }]
        : [];
    }),
  ),
};

/** Anybody on the way may change it. */
export const insecureUrlScheme: WorkflowRule = {
  id: 'insecure-url-scheme',
  title: 'A registry over plain HTTP',
  severity: 'warning',
  persona: 'regular',
  what: '`http://` among the registries of Dependabot.',
  why: 'Whoever is on the way can read the password, and put in other packages.',
  hint: 'Use https.',
  bad: {
    '.github/dependabot.yml':
      'version: 2\nregistries:\n  own:\n    type: npm-registry\n    url: http://npm.example.com\nupdates: []\n',
  },
  good: {
    '.github/dependabot.yml':
      'version: 2\nregistries:\n  own:\n    type: npm-registry\n    url: https://npm.example.com\nupdates: []\n',
  },
  check: ofKind('dependabot', ({ yaml }) =>
    allScalars(valueAt(yaml, 'registries'))
      .filter(({ text }) => text.startsWith('http://'))
      .map((at) => ({ at, message: `${at.text} is read by whoever is on the way.` })),
  ),
};

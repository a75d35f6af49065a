import type { EnvironmentSettings, FoundSettings, RefRules } from '../../config/repository-settings.ts';
import { unsupportedBy } from './plan-limits.ts';
import type { SettingChange } from './settings-plan.ts';
import type { WantedEnvironment } from './wanted-settings.ts';

/** What GitHub takes: users and teams, of whom one has to agree. */
const REVIEWERS_MAX = 6;

/** What of one environment has to be made or mended, and what should be known of it. */
export function planEnvironment(wanted: WantedEnvironment, found: FoundSettings): SettingChange[] {
  const existing = found.environments.find(({ name }) => sameName(name, wanted.name)) ?? null;
  const subject = `environment ${wanted.name}`;
  const limits = unsupportedBy(found.repository);
  if (limits.environments !== null) {
    // One that is there for its reviewers alone has no secrets and no rules: what stands in for those says nothing of it.
    if (wanted.review !== null) return possibleReview(wanted, limits.reviewers).notes;
    return [{ mark: 'note', subject, details: [limits.environments], reason: wanted.because, action: null }];
  }
  const { review, notes } = possibleReview(wanted, limits.reviewers);
  const settings = settingsFor({ ...wanted, review }, existing);
  const newRefs = missingRefs(wanted.refs, existing);
  const details = existing === null ? newDetails(settings) : differences(settings, existing, newRefs);
  const isSame = existing !== null && details.length === 0;
  const change: SettingChange = {
    mark: existing === null ? 'create' : isSame ? 'keep' : 'change',
    subject,
    details: isSame ? newDetails(settings) : details,
    reason: wanted.because,
    action: isSame ? null : { kind: 'environment', settings, newRefs },
  };
  return [change, ...notes, ...(existing === null ? [] : strangers(wanted, existing))];
}

/** GitHub takes names of environments in any case as the same. */
export function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function possibleReview(
  { name, because, review }: WantedEnvironment,
  limit: string | null,
): { review: WantedEnvironment['review']; notes: SettingChange[] } {
  if (review === null) return { review, notes: [] };
  const note = (details: string): SettingChange => ({
    mark: 'note',
    subject: `reviewers of ${name}`,
    details: [details],
    reason: because,
    action: null,
  });
  if (limit !== null) return { review: null, notes: [note(limit)] };
  if (review.reviewers.length === 0) {
    return {
      review: null,
      notes: [
        note(
          "the config names nobody, and GitHub lets everybody through: approval({ by: 'reviewers', approvers: ['ada'] })",
        ),
      ],
    };
  }
  if (review.reviewers.length <= REVIEWERS_MAX) return { review, notes: [] };
  const kept = review.reviewers.slice(0, REVIEWERS_MAX);
  return {
    review: { ...review, reviewers: kept },
    notes: [
      note(
        `GitHub takes ${REVIEWERS_MAX}, so these are left out: ${review.reviewers.slice(REVIEWERS_MAX).join(', ')}. Use a team.`,
      ),
    ],
  };
}

/** Whole, because GitHub replaces the settings: with a wait and reviewers that people set and the config says nothing of. */
function settingsFor(wanted: WantedEnvironment, existing: EnvironmentSettings | null): EnvironmentSettings {
  const { review, name } = wanted;
  const found = existing?.reviewers ?? [];
  const extra = found.filter((reviewer) => !isAmong(reviewer, review?.reviewers ?? []));
  return {
    name: existing?.name ?? name,
    reviewers: [...(review?.reviewers ?? []), ...extra].slice(0, REVIEWERS_MAX),
    preventsSelfReview: review?.preventsSelfReview ?? existing?.preventsSelfReview ?? false,
    waitMinutes: existing?.waitMinutes ?? 0,
    refs: wanted.refs,
    secrets: existing?.secrets ?? [],
  };
}

function missingRefs({ branches, tags }: RefRules, existing: EnvironmentSettings | null): RefRules {
  const found =
    existing === null || typeof existing.refs === 'string' ? { branches: [], tags: [] } : existing.refs;
  return {
    branches: branches.filter((branch) => !found.branches.includes(branch)),
    tags: tags.filter((tag) => !found.tags.includes(tag)),
  };
}

function newDetails({ refs, reviewers, preventsSelfReview }: EnvironmentSettings): string[] {
  return [
    ...(typeof refs === 'string' ? [] : [refWords(refs)]),
    ...(reviewers.length === 0
      ? []
      : [`reviewers ${reviewers.join(', ')}${preventsSelfReview ? ', not for their own' : ''}`]),
  ];
}

function differences(
  settings: EnvironmentSettings,
  existing: EnvironmentSettings,
  newRefs: RefRules,
): string[] {
  const added = settings.reviewers.filter((reviewer) => !isAmong(reviewer, existing.reviewers));
  const isOpen = typeof existing.refs === 'string';
  return [
    ...(isOpen
      ? [`only ${refWords(newRefs)}, not ${existing.refs === 'any' ? 'any ref' : 'every protected branch'}`]
      : []),
    ...(!isOpen && newRefs.branches.length + newRefs.tags.length > 0 ? [`also ${refWords(newRefs)}`] : []),
    ...(added.length === 0 ? [] : [`reviewers ${added.join(', ')}`]),
    ...(settings.preventsSelfReview === existing.preventsSelfReview
      ? []
      : [settings.preventsSelfReview ? 'nobody agrees to their own' : 'people may agree to their own']),
  ];
}

/** What lets in more than the config does, and is not ours to take away. */
function strangers(
  { name, refs, review, because }: WantedEnvironment,
  existing: EnvironmentSettings,
): SettingChange[] {
  const found = typeof existing.refs === 'string' ? { branches: [], tags: [] } : existing.refs;
  const extra = {
    branches: found.branches.filter((branch) => !refs.branches.includes(branch)),
    tags: found.tags.filter((tag) => !refs.tags.includes(tag)),
  };
  const others = review === null ? [] : existing.reviewers.filter((each) => !isAmong(each, review.reviewers));
  const details = [
    ...(extra.branches.length + extra.tags.length === 0 ? [] : [`lets in ${refWords(extra)} too`]),
    ...(others.length === 0 ? [] : [`${others.join(', ')} may agree too`]),
  ];
  if (details.length === 0) return [];
  return [
    {
      mark: 'note',
      subject: `environment ${name}`,
      details: [...details, 'left as it is; remove it on GitHub, or write it into the config'],
      reason: `${because} does not say so`,
      action: null,
    },
  ];
}

function isAmong(reviewer: string, reviewers: readonly string[]): boolean {
  return reviewers.some((each) => each.toLowerCase() === reviewer.toLowerCase());
}

function refWords({ branches, tags }: RefRules): string {
  const words = (noun: string, plural: string, names: readonly string[]): string[] =>
    names.length === 0 ? [] : [`${names.length === 1 ? noun : plural} ${names.join(', ')}`];
  return [...words('branch', 'branches', branches), ...words('tag', 'tags', tags)].join(' and ');
}

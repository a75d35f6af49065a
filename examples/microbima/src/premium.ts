/** What somebody wants insured. */
export interface QuoteRequest {
  readonly product: string;
  /** How many people the policy covers, 1 to 12. */
  readonly lives: number;
  /** For how many months, 1 to 24. */
  readonly months: number;
}

/** The smallest and largest a policy can be. The database holds the same limits. */
export const LIMITS = { lives: { min: 1, max: 12 }, months: { min: 1, max: 24 } } as const;

/** From this many lives on a policy counts as a family's, at nine tenths of the price. */
const FAMILY_LIVES = 4;

/**
 * The whole premium in cents. `rateCents` is the product's price for one life and one month. Families pay nine tenths,
 * and of each full year one month is free.
 */
export function premiumCents(rateCents: number, { lives, months }: Omit<QuoteRequest, 'product'>): number {
  const paidMonths = months - Math.floor(months / 12);
  const full = rateCents * lives * paidMonths;
  return lives >= FAMILY_LIVES ? Math.round((full * 9) / 10) : full;
}

/** `KSh 1,234.50`. */
export function shillings(cents: number): string {
  return `KSh ${(cents / 100).toLocaleString('en-KE', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

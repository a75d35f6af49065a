import type { Database } from './database.ts';

/** What can be bought. */
export interface Product {
  readonly code: string;
  readonly title: string;
  /** For one life and one month. */
  readonly rateCents: number;
  readonly coverCents: number;
}

const COLUMNS = 'code, title, rate_cents as "rateCents", cover_cents as "coverCents"';

/** All products, cheapest first. */
export async function listProducts(database: Database): Promise<Product[]> {
  return database.read<Product>(`select ${COLUMNS} from products order by rate_cents, code`);
}

/** One product, or null. */
export async function findProduct(database: Database, code: string): Promise<Product | null> {
  const rows = await database.read<Product>(`select ${COLUMNS} from products where code = $1`, [code]);
  return rows[0] ?? null;
}

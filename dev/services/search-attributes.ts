import { Connection } from '@temporalio/client';

/** What operators and the API search workflows by; the types are Temporal's. */
export const SEARCH_ATTRIBUTES = {
  AttentionNeeded: 'Bool',
  AccountId: 'Keyword',
  Symbol: 'Keyword',
  OrderSide: 'Keyword',
  OrderType: 'Keyword',
} as const;

/** `IndexedValueType` of temporal.api.enums.v1. */
const VALUE_TYPES = { Keyword: 2, Bool: 5 } as const;

/** Registers on a server that is not ours the search attributes that it lacks. Throws when the server does not let us. */
export async function ensureSearchAttributes(address: string, namespace: string): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: 5_000 });
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    const missing = Object.entries(SEARCH_ATTRIBUTES).filter(([name]) => customAttributes?.[name] === undefined);
    if (missing.length === 0) return;
    const searchAttributes = Object.fromEntries(missing.map(([name, type]) => [name, VALUE_TYPES[type]]));
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes });
  } finally {
    await connection.close();
  }
}

export const ROLES = ['CUSTOMER', 'OPERATOR'] as const;
export type Role = (typeof ROLES)[number];

/** Who makes a call, as the access token tells. Every user has one account. */
export interface Caller {
  userId: string;
  username: string;
  accountId: string;
  roles: readonly Role[];
}

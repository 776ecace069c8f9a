export const ROLES = ['CUSTOMER', 'OPERATOR'] as const;
export type Role = (typeof ROLES)[number];

/** Who makes a call, as the access token tells. Every user has one account. */
export interface Caller {
  userId: string;
  username: string;
  accountId: string;
  /** The session that the token was issued in, a UUID. */
  sessionId: string;
  roles: readonly Role[];
}

/** How the audit trail names an operator. */
export const operatorName = (operator: Caller): string => `user/${operator.userId}`;

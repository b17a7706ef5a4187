/** What a caller may do; the app roles of its registration in Entra ID are called the same. */
export const ROLES = ['Runs.Read', 'Runs.Write', 'Operator'] as const;

export type Role = (typeof ROLES)[number];

/**
 * Roles that stand in for others. Whoever operates must see what they operate on, but starting runs and deciding what they wait for
 * is the business' own; and what only puts work in has no need to read what others put in.
 */
const STANDS_FOR: Readonly<Record<Role, readonly Role[]>> = {
  'Runs.Read': ['Runs.Read'],
  'Runs.Write': ['Runs.Write'],
  Operator: ['Operator', 'Runs.Read'],
};

/** Whether somebody with the roles `held` may do what needs `role`. Roles this app does not know count for nothing. */
export function holds(held: readonly string[], role: Role): boolean {
  return ROLES.some((known) => held.includes(known) && STANDS_FOR[known].includes(role));
}

/** A truth value of SQL; the third one is undefined. What is no truth value counts as that. */
export type Truth = boolean | undefined;

export function negation(operand: unknown): Truth {
  return typeof operand === 'boolean' ? !operand : undefined;
}

/** False decides, whatever the other side is. The right side is asked for only where it matters. */
export function conjunction(left: unknown, right: () => unknown): Truth {
  if (left === false) return false;
  const other = right();
  if (other === false) return false;
  return left === true && other === true ? true : undefined;
}

/** True decides, whatever the other side is. The right side is asked for only where it matters. */
export function disjunction(left: unknown, right: () => unknown): Truth {
  if (left === true) return true;
  const other = right();
  if (other === true) return true;
  return left === false && other === false ? false : undefined;
}

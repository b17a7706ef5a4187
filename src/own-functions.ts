import { ROUTES, UNKNOWN_ROUTE } from './api/routes.ts';

const WITHOUT_ROUTE = ['run', 'advance', 'signal', 'sweep', 'callbacks'];

/** The app's own functions, in lower case: two functions of one name keep the whole app from starting. */
export const OWN_FUNCTIONS: ReadonlySet<string> = new Set(
  [...WITHOUT_ROUTE, ...ROUTES.map(({ operation }) => operation), UNKNOWN_ROUTE.operation].map((name) => name.toLowerCase()),
);

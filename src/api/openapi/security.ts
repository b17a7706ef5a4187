import type { JsonObject } from '../../json.ts';
import { ROLES } from '../roles.ts';
import type { Route } from '../route.ts';

export const SECURITY_SCHEMES: JsonObject = {
  entraToken: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: `An access token of Entra ID for this app; what its bearer may do is in its roles (${ROLES.join(', ')}).`,
  },
  functionKey: {
    type: 'apiKey',
    in: 'header',
    name: 'x-functions-key',
    description: 'A function key, where the app is set up for keys instead of tokens. It allows everything.',
  },
};

/** Either of them, as the app is set up; a token needs the role. */
export function securityOf({ role }: Route): readonly JsonObject[] {
  return role === 'anyone' ? [] : [{ entraToken: [role] }, { functionKey: [] }];
}

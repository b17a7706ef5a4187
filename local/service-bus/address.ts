/** What a link's address names. */
export type Address =
  | { readonly kind: 'token-service' }
  | { readonly kind: 'management'; readonly entity: string }
  | { readonly kind: 'entity'; readonly entity: string };

const MANAGEMENT = /\/\$management$/i;

/** Understands `orders`, `/orders`, `sb://host/orders`, `orders/$management`, `$cbs` and so on. */
export function parseAddress(text: string): Address {
  const path = decode(text.replace(/^(?:amqps?|sb):\/\/[^/]*\//i, '').replace(/^\/+/, ''));
  if (path === '$cbs') return { kind: 'token-service' };
  if (MANAGEMENT.test(path)) return { kind: 'management', entity: path.replace(MANAGEMENT, '') };
  return { kind: 'entity', entity: path };
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

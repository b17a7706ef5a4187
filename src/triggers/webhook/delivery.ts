/** A request whose sender is known, as far as events are read from it. */
export interface Delivery {
  /** Case-insensitive, as `Headers` is. */
  readonly headers: DeliveryHeaders;
  /** As it was sent. */
  readonly body: Uint8Array;
  /** The sender's id of the delivery, where it is signed. */
  readonly signedId?: string;
  /** RFC 3339. */
  readonly receivedAt: string;
}

export interface DeliveryHeaders extends Iterable<readonly [name: string, value: string]> {
  get(name: string): string | null;
}

/** Tells people that something happened. */
export interface Notifier {
  notify(message: string, options?: { readonly channel?: string; readonly title?: string }): Promise<void>;
}

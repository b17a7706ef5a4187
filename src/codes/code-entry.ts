/** What a code means, for whoever meets it. */
export interface CodeEntry {
  /** What is the matter, in a few words. */
  readonly title: string;
  /** Why that is a problem, or how it comes about. */
  readonly why: string;
  /** What to do. */
  readonly remedy: string;
  /** Lines that bring it about. */
  readonly example?: string;
}

export interface CodeGroup {
  readonly title: string;
  /** Where these codes are met. */
  readonly introduction: string;
  readonly codes: Readonly<Record<string, CodeEntry>>;
}

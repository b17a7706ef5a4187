interface Appointment {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is told to go on. Fits every `Clock` port of the project. */
export class ManualClock {
  #now: number;
  readonly #appointments = new Set<Appointment>();

  constructor(start = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  schedule(at: number, callback: () => void): () => void {
    const appointment = { at, callback };
    this.#appointments.add(appointment);
    return () => this.#appointments.delete(appointment);
  }

  /** Moves time on by `ms`, calling what falls due on the way in its order. */
  advance(ms: number): void {
    const target = this.#now + ms;
    for (let next = this.#nextDue(target); next !== undefined; next = this.#nextDue(target)) {
      this.#appointments.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = target;
  }

  /** How many there are. */
  get appointments(): number {
    return this.#appointments.size;
  }

  /** When the earliest appointment is. */
  next(): number | undefined {
    return this.#nextDue(Number.POSITIVE_INFINITY)?.at;
  }

  #nextDue(target: number): Appointment | undefined {
    return [...this.#appointments].filter((appointment) => appointment.at <= target).sort((a, b) => a.at - b.at)[0];
  }
}

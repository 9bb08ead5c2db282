/** Writes what is newest, one at a time: an answer that comes meanwhile is written next. */

export class Saver<T> {
  private next: { value: T } | undefined;
  private running: Promise<void> | undefined;
  private failure: unknown;

  constructor(private readonly write: (value: T) => Promise<void>) {}

  /** Have a value written; what was waiting and is older is not. */
  put(value: T): Promise<void> {
    this.next = { value };
    this.running ??= this.run();
    return this.settled();
  }

  /** Wait until all is written; throws what the last writing threw. */
  async settled(): Promise<void> {
    await this.running;
    if (this.failure !== undefined) throw this.failure;
  }

  private async run(): Promise<void> {
    while (this.next) {
      const { value } = this.next;
      this.next = undefined;
      try {
        await this.write(value);
        this.failure = undefined;
      } catch (error) {
        this.failure = error;
      }
    }
    this.running = undefined;
  }
}

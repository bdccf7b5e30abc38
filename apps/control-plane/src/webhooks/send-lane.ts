/** Attempts that are under way together: so many in all, and so many to one endpoint. */
export class SendLane {
  private readonly openByWebhook = new Map<string, number>();
  private open = 0;

  constructor(
    /** Endpoints that fail have a lane of their own, so that they cannot hold up those that work. */
    readonly isForFailing: boolean,
    private readonly slots: number,
    readonly perWebhook: number,
  ) {}

  get free(): number {
    return this.slots - this.open;
  }

  /** Endpoints that have enough to do. */
  get busy(): string[] {
    return [...this.openByWebhook]
      .filter(([, open]) => open >= this.perWebhook)
      .map(([webhookId]) => webhookId);
  }

  enter(webhookId: string): void {
    this.open++;
    this.openByWebhook.set(webhookId, (this.openByWebhook.get(webhookId) ?? 0) + 1);
  }

  leave(webhookId: string): void {
    this.open--;
    const left = (this.openByWebhook.get(webhookId) ?? 1) - 1;
    if (left > 0) this.openByWebhook.set(webhookId, left);
    else this.openByWebhook.delete(webhookId);
  }
}

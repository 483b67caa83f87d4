/** What whoever deletes has said yes to. */
export interface Confirmation {
  /** Tags that Notary signs may go too. */
  signed: boolean;
}

/** Nobody was asked. */
export const unconfirmed: Confirmation = { signed: false };

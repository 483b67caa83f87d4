/** Metadata, a key or a signature that is not as it must be; the message is the one that Notary's clients know. */
export class TufError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** What Notary's clients parse out of a refused publication: they know these names and no others. */
export type InvalidUpdateName = 'ErrValidation' | 'ErrBadHierarchy' | 'ErrBadRoot' | 'ErrBadTargets' | 'ErrBadSnapshot';

/** A publication that is refused: INVALID_UPDATE at the edge. */
export class InvalidUpdateError extends TufError {
  constructor(
    readonly kind: InvalidUpdateName,
    message: string,
    /** The role that is missing, for ErrBadHierarchy. */
    readonly missing?: string,
  ) {
    super(message);
  }

  /** As it goes over the wire: `{"Name":"ErrBadRoot","Error":{"Msg":"…"}}`. */
  get detail(): { Name: InvalidUpdateName; Error: { Missing?: string; Msg: string } } {
    const missing = this.missing === undefined ? {} : { Missing: this.missing };
    return { Name: this.kind, Error: { ...missing, Msg: this.message } };
  }
}

/** Runs `work`; what is wrong with the metadata there becomes a refusal of that kind. */
export function refusedAs<T>(kind: InvalidUpdateName, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof TufError && !(error instanceof InvalidUpdateError))
      throw new InvalidUpdateError(kind, error.message);
    throw error;
  }
}

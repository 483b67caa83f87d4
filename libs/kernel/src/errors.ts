/**
 * Every error code of the platform with its HTTP status: the OCI distribution specification's codes
 * ("Error Codes"), Docker's additions to them, and the management API's.
 */
export const errorStatus = {
  // management API
  BAD_REQUEST: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  CONFLICT: 409,
  PRECONDITION: 412,
  PROJECTPOLICYVIOLATION: 412,
  REQUEST_ENTITY_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  UNPROCESSABLE_ENTITY: 422,
  UNKNOWN: 500,
  // OCI distribution and Docker registry API
  BLOB_UNKNOWN: 404,
  BLOB_UPLOAD_INVALID: 400,
  BLOB_UPLOAD_UNKNOWN: 404,
  DENIED: 403,
  DIGEST_INVALID: 400,
  MANIFEST_BLOB_UNKNOWN: 400,
  MANIFEST_INVALID: 400,
  MANIFEST_TOO_LARGE: 413,
  MANIFEST_UNKNOWN: 404,
  NAME_INVALID: 400,
  NAME_UNKNOWN: 404,
  PAGINATION_NUMBER_INVALID: 400,
  PRECONDITION_FAILED: 412,
  RANGE_INVALID: 416,
  SIZE_INVALID: 400,
  TAG_INVALID: 400,
  TOOMANYREQUESTS: 429,
  TOO_MANY_TAGS: 414,
  UNAVAILABLE: 503,
  UNSUPPORTED: 405,
  // Notary's trust API
  INVALID_GUN: 400,
  INVALID_PARAMETERS: 400,
  INVALID_ROLE: 400,
  INVALID_UPDATE: 400,
  MALFORMED_JSON: 400,
  MALFORMED_UPLOAD: 400,
  METADATA_NOT_FOUND: 404,
  NO_FILENAME: 400,
  VERSION: 400,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof errorStatus;

export interface AppErrorOptions extends ErrorOptions {
  /** Data for machines, sent to the client as `detail`. */
  detail?: unknown;
  /** Stable, dotted, translated by the portal: `quota.exceeded`. */
  reason?: string;
  /** Values for the translated sentence. */
  params?: Record<string, string | number>;
}

/** What went wrong, independent of transport. The edge turns a code into a status and an envelope. */
export class AppError extends Error {
  readonly detail?: unknown;
  readonly reason?: string;
  readonly params?: Record<string, string | number>;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: AppErrorOptions = {},
  ) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.detail = options.detail;
    this.reason = options.reason;
    this.params = options.params;
  }

  get status(): number {
    return errorStatus[this.code];
  }
}

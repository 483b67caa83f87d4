/** What a request that writes sends with its body. */
export interface UploadBody {
  stream: AsyncIterable<Buffer>;
  /** `Content-Range`, both ends inclusive. */
  range?: { start: number; end: number };
  /** `Content-Length`, when it was sent. */
  length?: number;
}

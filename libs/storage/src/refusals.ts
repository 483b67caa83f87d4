import { AppError } from '@breakwater/kernel';

export const blobUnknown = () =>
  new AppError('BLOB_UNKNOWN', 'There is no such blob in storage', { reason: 'blob.unknown' });

export const uploadUnknown = () =>
  new AppError('BLOB_UPLOAD_UNKNOWN', 'There is no such upload: it was finished, cancelled or has expired', {
    reason: 'upload.unknown',
  });

/** The upload holds `size` bytes, and more were asked for. */
export const bytesMissing = (size: number) =>
  new AppError('RANGE_INVALID', `The upload holds ${size} bytes, fewer than asked for`, {
    reason: 'upload.offset',
    params: { size },
  });

export const rangeInvalid = (size: number) =>
  new AppError('RANGE_INVALID', 'The range asked for lies outside the blob', {
    reason: 'blob.range',
    params: { size },
  });

export const keyInvalid = () =>
  new AppError('UNKNOWN', 'This is not the storage key of a blob', { reason: 'storage.key' });

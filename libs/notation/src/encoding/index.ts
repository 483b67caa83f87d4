export { context, tags } from './der';
export { der, derInteger, derNull, derOid } from './der-writer';
export { cborHead } from './cbor';

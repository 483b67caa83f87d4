export {
  eventTypes,
  notifyTypes,
  payloadFormats,
  type EventType,
  type NotifyType,
  type PayloadFormat,
} from './event-types';

export { eventActor, events, type EventActor, type EventPayload, type EventTopic } from './events';

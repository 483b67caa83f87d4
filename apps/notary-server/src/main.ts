import { startTracing } from '@breakwater/tracing';

// Tracing sees only what is loaded after it.
void startTracing('notary-server').then(() => import('./serve'));

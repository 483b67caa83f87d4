import { startTracing } from '@breakwater/tracing';

// Tracing sees only what is loaded after it.
void startTracing('registryctl').then(() => import('./serve'));

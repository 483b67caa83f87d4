/** Notary's names, and ours. */
export const notaryMetrics = {
  notary_server_http_requests_total: {
    type: 'counter',
    help: 'Requests, by operation (UpdateTUF, GetRole, GetRoleByHash, GetRoleByVersion, GetKey, RotateKey, DeleteTUF, Changefeed; Base: /v2/; Unknown: no such route)',
    labels: ['operation', 'method', 'code'],
  },
  notary_server_http_request_duration_seconds: {
    type: 'histogram',
    help: 'Time of requests',
    labels: ['operation', 'method'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  breakwater_trust_refreshes_total: {
    type: 'counter',
    help: 'Trust data that expires soon, by result (refreshed, failed, unsignable: its owner holds the key)',
    labels: ['result'],
  },
  breakwater_trust_keys_removed_total: {
    type: 'counter',
    help: 'Keys that the signer removed, by what became of them (deleted: with their trust data; orphaned: no root named them for long)',
    labels: ['because'],
  },
} as const;

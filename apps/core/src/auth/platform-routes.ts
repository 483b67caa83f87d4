/** Routes of libs/platform, for who runs the process: open, and not a part of the management API. */
const platformRoutes = new Set(['/healthz', '/readyz']);

export function isPlatformRoute(path: string): boolean {
  return platformRoutes.has(path);
}

/** Jest runs this once after the last file of the e2e project. */
async function globalTeardown(): Promise<void> {
  await globalThis.stopPlatform?.();
}

export = globalTeardown;

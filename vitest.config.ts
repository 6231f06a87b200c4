import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    globalSetup: ['test/support/global-setup.ts'],
    setupFiles: ['test/support/property-seed.ts'],
    // Files share a module graph and have a database each; starting a fresh worker per file would double the time.
    isolate: false,
    maxWorkers: 2,
    // Only what hangs should end by time, also on a machine that is slow or does something else.
    testTimeout: 90_000,
    hookTimeout: 120_000,
    teardownTimeout: 60_000,
    expect: { requireAssertions: true },
  },
})

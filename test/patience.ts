// How long tests wait for something before they say that it does not happen.

/** Milliseconds. On an emulated machine everything takes much longer: scripts/vm/vitest.config.ts says how long there. */
export const patience = Number(process.env.GOCKER_TEST_PATIENCE ?? 30_000)

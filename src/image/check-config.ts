// Is an image config what config.md says? A registry, an archive, a person's own program wrote it: a number where a text
// belongs must be told when the image comes, and not as a TypeError when it is run.
// Source: OCI image specification, config.md; for Healthcheck, moby's image/spec/v1.2.md. Go's programs write null
// for what is not there, so null is allowed wherever a field may be missing.

import { anything, flag, listOf, mapOf, number, record, text } from './shape.ts'

const check = record({
  os: text,
  architecture: text,
  variant: text,
  created: text,
  author: text,
  config: record({
    User: text,
    ExposedPorts: mapOf(anything),
    Env: listOf(text),
    Entrypoint: listOf(text),
    Cmd: listOf(text),
    Volumes: mapOf(anything),
    WorkingDir: text,
    Labels: mapOf(text),
    StopSignal: text,
    Healthcheck: record({
      Test: listOf(text),
      Interval: number,
      Timeout: number,
      StartPeriod: number,
      StartInterval: number,
      Retries: number,
    }),
  }),
  history: listOf(
    record({ created: text, created_by: text, author: text, comment: text, empty_layer: flag }),
  ),
})

/** @throws Error that names the field which is not what it should be */
export function checkFields(config: Record<string, unknown>): void {
  const wrong = check(config)
  if (wrong) throw new Error(`The image config is damaged: ${wrong}.`)
}

// What is known of an image, in Docker's field names.

import { familiar, familiarName, parseReference } from '../image/reference.ts'
import type { Image, Store } from '../image/store.ts'
import { namesOf } from '../image/tag.ts'
import { nilList, nilMap } from './nil.ts'

/** What an image need not say. */
const nothingSaid = {
  User: '',
  Env: nilList,
  Cmd: nilList,
  Entrypoint: nilList,
  Volumes: nilMap,
  WorkingDir: '',
  OnBuild: nilList,
  Labels: nilMap,
}

export function imageDetails(
  store: Store,
  { id, digest, repoDigest, config, created, size, layers }: Image,
): object {
  const names = namesOf(store, id).map(parseReference)
  const last = config.history?.at(-1)
  return {
    Id: id,
    RepoTags: names.filter((name) => name.tag !== undefined).map(familiar),
    RepoDigests: [...new Set(names.map((name) => `${familiarName(name)}@${repoDigest}`))],
    Parent: '',
    Comment: last?.comment ?? '',
    Created: created,
    Author: config.author ?? '',
    Architecture: config.architecture,
    ...(config.variant && { Variant: config.variant }),
    Os: config.os,
    Size: size,
    Config: { ...nothingSaid, ...said(config.config) },
    RootFS: { Type: 'layers', Layers: config.rootfs.diff_ids },
    GraphDriver: { Name: 'overlay2', Data: { Layers: layers } },
    Descriptor: { digest },
  }
}

/** In a config null is as good as nothing. */
function said(config: object = {}): object {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== null))
}
